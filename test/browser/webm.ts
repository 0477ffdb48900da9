export interface Frame {
  readonly timeMs: number
  readonly isKey: boolean
  /** VP8. */
  readonly data: Buffer
}

interface Film {
  readonly width: number
  readonly height: number
  readonly durationMs: number
  readonly frames: readonly Frame[]
  /** Bytes of nothing after each cluster, so that a short film is a long file. */
  readonly padding: number
}

/** A WebM file (RFC 9559) whose cues come first, so that a player can seek before it has the rest. */
export function webm({ width, height, durationMs, frames, padding }: Film): Buffer {
  const header = element(
    '1a45dfa3',
    number('4286', 1),
    number('42f7', 1),
    text('4282', 'webm'),
    number('4287', 4),
  )
  const duration = Buffer.alloc(8)
  duration.writeDoubleBE(durationMs)
  const info = element('1549a966', number('2ad7b1', 1_000_000), element('4489', duration), text('4d80', 'x'))
  const video = element('e0', number('b0', width), number('ba', height))
  const track = element('ae', number('d7', 1), number('73c5', 1), number('83', 1), text('86', 'V_VP8'), video)
  const head = Buffer.concat([info, element('1654ae6b', track)])
  const clusters = clustersOf(frames).map((group) => ({
    timeMs: group[0]?.timeMs ?? 0,
    bytes: Buffer.concat([cluster(group), element('ec', Buffer.alloc(padding))]),
  }))
  // Numbers have a fixed length, so the cues are as long wherever they lead.
  const length = cues(clusters, 0).length
  const body = [head, cues(clusters, head.length + length), ...clusters.map(({ bytes }) => bytes)]
  return Buffer.concat([header, element('18538067', ...body)])
}

function clustersOf(frames: readonly Frame[]): Frame[][] {
  const groups: Frame[][] = []
  for (const frame of frames) {
    if (frame.isKey) groups.push([])
    groups.at(-1)?.push(frame)
  }
  return groups
}

function cluster(frames: readonly Frame[]): Buffer {
  const start = frames[0]?.timeMs ?? 0
  const blocks = frames.map(({ timeMs, isKey, data }) => {
    const block = Buffer.from([0x81, 0, 0, isKey ? 0x80 : 0])
    block.writeInt16BE(timeMs - start, 1)
    return element('a3', block, data)
  })
  return element('1f43b675', number('e7', start), ...blocks)
}

function cues(clusters: readonly { timeMs: number; bytes: Buffer }[], start: number): Buffer {
  let position = start
  const points = clusters.map(({ timeMs, bytes }) => {
    const point = element('bb', number('b3', timeMs), element('b7', number('f7', 1), number('f1', position)))
    position += bytes.length
    return point
  })
  return element('1c53bb6b', ...points)
}

function element(id: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content)
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(body.length))
  size[0] = 1
  return Buffer.concat([Buffer.from(id, 'hex'), size, body])
}

function number(id: string, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(Math.round(value)))
  return element(id, bytes)
}

function text(id: string, value: string): Buffer {
  return element(id, Buffer.from(value))
}

import { type ByteWindow, latin, viewOf } from './byte-window.ts'

/** A box of MP4, QuickTime, HEIC or AVIF (ISO/IEC 14496-12 §4.2). */
export interface IsoBox {
  readonly type: string
  readonly start: number
  readonly body: number
  readonly stop: number
}

/** The boxes between two offsets; one that is cut ends with its parent, and behind one that is malformed there is none. */
export async function* isoBoxes(window: ByteWindow, start: number, end: number): AsyncGenerator<IsoBox> {
  for (let at = start; at + 8 <= end; ) {
    const head = await window.bytes(at, 16)
    if (head.length < 8) return
    const view = viewOf(head)
    const short = view.getUint32(0)
    const isLong = short === 1 && head.length === 16
    const size = short === 0 ? end - at : isLong ? Number(view.getBigUint64(8)) : short
    const body = at + (isLong ? 16 : 8)
    if (body > at + size) return
    const stop = Math.min(end, at + size)
    yield { type: latin(head.subarray(4, 8)), start: at, body: Math.min(body, stop), stop }
    at = stop
  }
}

/** The first box of this type. */
export async function findBox(
  window: ByteWindow,
  type: string,
  { body, stop }: Pick<IsoBox, 'body' | 'stop'>,
): Promise<IsoBox | undefined> {
  for await (const box of isoBoxes(window, body, stop)) if (box.type === type) return box
  return undefined
}

/** Bytes [start, stop). */
export interface ByteRange {
  readonly start: number
  readonly stop: number
}

/**
 * What a `Range` header (RFC 9110 §14.1) asks of `size` bytes. `whole`: there is none, or it is to be ignored.
 *
 * To be ignored are other units and malformed ranges (§14.2), any range of nothing at all (a client that puts
 * `bytes=0-` on every request should get an empty file and no error), and several ranges: nobody needs them to go
 * on with a download, `multipart/byteranges` is the one form that no client here reads, and §14.2 lets a server
 * ignore what its clients can do without; each asking client must understand a 200.
 */
export function readRange(header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '')
  if (match === null || size === 0) return 'whole'
  const [, first = '', last = ''] = match
  if (first === '' && last === '') return 'whole'
  if (first === '') return suffix(Number(last), size)
  const start = Number(first)
  const stop = last === '' ? size : Math.min(Number(last) + 1, size)
  if (last !== '' && Number(last) < start) return 'whole'
  return start < size ? { start, stop } : 'unsatisfiable'
}

function suffix(length: number, size: number): ByteRange | 'unsatisfiable' {
  return length === 0 ? 'unsatisfiable' : { start: Math.max(0, size - length), stop: size }
}

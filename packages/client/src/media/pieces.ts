import type { FileSource } from '../transfers/file-source.ts'

/** A part of the original file, bytes of our own, or so many zeros. */
export type Piece =
  | { readonly start: number; readonly stop: number }
  | Uint8Array<ArrayBuffer>
  | { readonly zeros: number }

const ZEROS = new Uint8Array(64 * 1024)

/**
 * The file made of these pieces, read from the original as it is asked for; the original itself when they are all of
 * it. Its path or handle is that of the original: opened again, it has to be put together again.
 */
export function sourceOfPieces(original: FileSource, given: readonly Piece[]): FileSource {
  const pieces = joined(given)
  const [only] = pieces
  if (pieces.length === 1 && only && 'start' in only && only.start === 0 && only.stop === original.size)
    return original
  const size = pieces.reduce((sum, piece) => sum + sizeOf(piece), 0)
  const slice = original.slice?.bind(original)
  return {
    ...original,
    size,
    async *read(start, stop) {
      for (const part of cut(pieces, start, stop)) {
        if (part instanceof Uint8Array) yield part
        else if ('start' in part) yield* original.read(part.start, part.stop)
        else yield* zeros(part.zeros)
      }
    },
    ...(slice && {
      slice: (start: number, stop: number) =>
        new Blob(
          cut(pieces, start, stop).flatMap((part): BlobPart[] => {
            if (part instanceof Uint8Array) return [part]
            return 'start' in part ? [slice(part.start, part.stop)] : [...zeros(part.zeros)]
          }),
        ),
    }),
  }
}

function sizeOf(piece: Piece): number {
  if (piece instanceof Uint8Array) return piece.length
  return 'start' in piece ? piece.stop - piece.start : piece.zeros
}

/** Without empty ones, and what follows one another in the original as one. */
function joined(given: readonly Piece[]): Piece[] {
  const pieces: Piece[] = []
  for (const piece of given) {
    if (sizeOf(piece) <= 0) continue
    const last = pieces.at(-1)
    if (last && 'start' in last && 'start' in piece && last.stop === piece.start)
      pieces[pieces.length - 1] = { start: last.start, stop: piece.stop }
    else pieces.push(piece)
  }
  return pieces
}

/** The bytes [start, stop) of the whole. */
function cut(pieces: readonly Piece[], start: number, stop: number): Piece[] {
  const parts: Piece[] = []
  let position = 0
  for (const piece of pieces) {
    const size = sizeOf(piece)
    const from = Math.max(0, start - position)
    const to = Math.min(size, stop - position)
    if (from < to) parts.push(part(piece, from, to))
    position += size
  }
  return parts
}

function part(piece: Piece, from: number, to: number): Piece {
  if (piece instanceof Uint8Array) return piece.subarray(from, to)
  return 'start' in piece ? { start: piece.start + from, stop: piece.start + to } : { zeros: to - from }
}

function* zeros(count: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let left = count; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, Math.min(left, ZEROS.length))
}

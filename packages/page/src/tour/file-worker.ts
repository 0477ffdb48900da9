import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** Makes a file of so many bytes out of a seed, or takes one as it is, and hashes it. */
export type FileTask = { readonly seed: number; readonly size: number } | { readonly file: Blob }

/** Bytes done so far, until the result. */
export type FileNews = { readonly done: number } | { readonly sha256: string; readonly blob?: Blob }

const PIECE_BYTES = 1_000_000

addEventListener('message', ({ data }: MessageEvent<FileTask>) => {
  void ('file' in data ? hashFile(data.file) : makeFile(data))
})

async function makeFile({ seed, size }: { seed: number; size: number }): Promise<void> {
  const hash = sha256.create()
  const key = await crypto.subtle.importKey('raw', keyOf(seed), 'AES-CTR', false, ['encrypt'])
  const zeros = new Uint8Array(PIECE_BYTES)
  const pieces: Blob[] = []
  for (let at = 0; at < size; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, size - at)
    const piece = new Uint8Array(
      await crypto.subtle.encrypt(
        { name: 'AES-CTR', counter: counterOf(at), length: 64 },
        key,
        zeros.subarray(0, length),
      ),
    )
    hash.update(piece)
    // The browser keeps a Blob's bytes outside of the heap, on disk when there are many.
    pieces.push(new Blob([piece]))
    tell({ done: at + length })
  }
  tell({ sha256: bytesToHex(hash.digest()), blob: new Blob(pieces, { type: 'application/octet-stream' }) })
}

async function hashFile(file: Blob): Promise<void> {
  const hash = sha256.create()
  const reader = file.stream().getReader()
  let done = 0
  for (;;) {
    const piece = await reader.read()
    if (piece.done) break
    hash.update(piece.value)
    done += piece.value.length
    tell({ done })
  }
  tell({ sha256: bytesToHex(hash.digest()) })
}

function keyOf(seed: number): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array(16)
  new DataView(key.buffer).setUint32(0, seed)
  return key
}

/** The piece's place in a stream of 16-byte blocks. */
function counterOf(at: number): Uint8Array<ArrayBuffer> {
  const counter = new Uint8Array(16)
  new DataView(counter.buffer).setBigUint64(8, BigInt(at / 16))
  return counter
}

function tell(news: FileNews): void {
  postMessage(news)
}

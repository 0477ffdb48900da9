import { FileMissing } from './file-source.ts'

// Measured in Chromium: a Blob's stream that is read as fast as it comes lets nothing else of the page run, a hash of
// 512 MiB for seconds. Each slice is a task of its own, and its hash takes a few milliseconds.
const SLICE_BYTES = 512 * 1024

/** The bytes of a Blob or File, one slice after the other. Rejects with FileMissing when they cannot be read. */
export async function* blobSlices(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += SLICE_BYTES) {
    const bytes = await blob
      .slice(at, at + SLICE_BYTES)
      .arrayBuffer()
      .catch((cause: unknown) => {
        throw new FileMissing('The file cannot be read', { cause })
      })
    yield new Uint8Array(bytes)
  }
}

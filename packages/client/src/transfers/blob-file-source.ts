import { FileMissing, type FileSource } from './file-source.ts'

/** A Blob or File as a source; read by slices, never whole. */
export function blobFileSource(blob: File | Blob): FileSource {
  return {
    name: 'name' in blob && blob.name !== '' ? blob.name : 'file',
    size: blob.size,
    mediaType: blob.type || 'application/octet-stream',
    async *read(start, stop) {
      const reader = blob.slice(start, stop).stream().getReader()
      try {
        for (;;) {
          const { done, value } = await reader.read().catch((cause: unknown) => {
            throw new FileMissing('The file cannot be read', { cause })
          })
          if (done) return
          yield value
        }
      } finally {
        await reader.cancel().catch(() => {})
      }
    },
    slice: (start, stop) => blob.slice(start, stop),
  }
}

import { blobSlices } from './blob-slices.ts'
import type { FileSource } from './file-source.ts'

/** A Blob or File as a source; read by slices, never whole. */
export function blobFileSource(blob: File | Blob): FileSource {
  return {
    name: 'name' in blob && blob.name !== '' ? blob.name : 'file',
    size: blob.size,
    mediaType: blob.type || 'application/octet-stream',
    read: (start, stop) => blobSlices(blob.slice(start, stop)),
    slice: (start, stop) => blob.slice(start, stop),
  }
}

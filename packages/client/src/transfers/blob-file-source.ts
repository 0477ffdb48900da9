import type { FileSource } from './file-source.ts'
import { readBlob } from './read-blob.ts'

/** A Blob or File as a source; read as a stream, never whole. */
export function blobFileSource(blob: File | Blob): FileSource {
  return {
    name: 'name' in blob && blob.name !== '' ? blob.name : 'file',
    size: blob.size,
    mediaType: blob.type || 'application/octet-stream',
    read: (start, stop) => readBlob(blob.slice(start, stop)),
    slice: (start, stop) => blob.slice(start, stop),
  }
}

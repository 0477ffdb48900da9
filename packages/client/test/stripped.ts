import { stripLocation } from '../src/media/strip-location.ts'
import { blobFileSource } from '../src/transfers/blob-file-source.ts'
import type { FileSource } from '../src/transfers/file-source.ts'
import { ascii, joined } from './image-bytes.ts'

export async function bytesOf(source: FileSource, start = 0, stop = source.size): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of source.read(start, stop)) parts.push(part)
  return joined(...parts)
}

export async function stripped(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return bytesOf(await stripLocation(blobFileSource(new Blob([bytes]))))
}

export function has(bytes: Uint8Array, part: Uint8Array | string): boolean {
  return Buffer.from(bytes).includes(Buffer.from(typeof part === 'string' ? ascii(part) : part))
}

import { createReadStream } from 'node:fs'
import { access, constants, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import mime from 'mime'
import { type FileInput, FileMissing, type FileSource } from './file-source.ts'
import { openBrowserFile } from './open-browser-file.ts'

const READ_BYTES = 256 * 1024

/** Opens a path, or what a page can open too. A path is opened anew for each reading, so nothing is held in between. */
export async function openNodeFile(file: FileInput): Promise<FileSource> {
  if (typeof file !== 'string') return openBrowserFile(file)
  const path = resolve(file)
  const size = await sizeOf(path)
  return {
    name: basename(path),
    size,
    mediaType: mime.getType(path) ?? 'application/octet-stream',
    path,
    read: (start, stop) => read(path, start, stop),
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    const held = await stat(path)
    if (!held.isFile()) throw new Error(`${path} is not a file`)
    await access(path, constants.R_OK)
    return held.size
  } catch (cause) {
    throw new FileMissing('The file cannot be read', { cause })
  }
}

async function* read(path: string, start: number, stop: number): AsyncGenerator<Uint8Array> {
  if (start === stop) return
  let left = stop - start
  try {
    for await (const chunk of createReadStream(path, { start, end: stop - 1, highWaterMark: READ_BYTES })) {
      left -= chunk.length
      yield chunk
    }
  } catch (cause) {
    throw new FileMissing('The file cannot be read', { cause })
  }
  if (left > 0) throw new FileMissing('The file has become shorter')
}

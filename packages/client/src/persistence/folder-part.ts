import { createReadStream } from 'node:fs'
import { copyFile, link, mkdir, open, rm } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { type KeptFile, type Part, StorageFull } from './store.ts'

// What file systems take, counted in UTF-8; a name may have as many characters.
const LONGEST_NAME_BYTES = 255
const LONGEST_EXTENSION_BYTES = 64

/** Opens the part file at `path`; a finished one goes to `downloadDir` under its own name. */
export async function openFolderPart(needs: {
  path: string
  downloadDir: string
  onFinished: (file: { path: string; size: number; mediaType: string }) => Promise<KeptFile>
}): Promise<Part> {
  const { path } = needs
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  const file = await open(path, 'a+', 0o600)
  let { size } = await file.stat()
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await file.close()
  }
  return {
    get size() {
      return size
    },
    get durable() {
      return size
    },
    async append(bytes) {
      try {
        await file.appendFile(bytes)
      } catch (cause) {
        // Some of it may be there.
        await file.truncate(size)
        throw isFull(cause) ? new StorageFull('The disk is full', { cause }) : cause
      }
      size += bytes.length
    },
    async reset() {
      await file.truncate(0)
      size = 0
    },
    read: (start, stop) =>
      start === stop ? emptyStream() : createReadStream(path, { start, end: stop - 1 }),
    async finish({ name, mediaType, downloadDir = needs.downloadDir }) {
      await file.datasync()
      await close()
      await mkdir(downloadDir, { recursive: true })
      const kept = await moveInto(path, downloadDir, name)
      return needs.onFinished({ path: kept, size, mediaType })
    },
    async drop() {
      await close()
      await rm(path, { force: true })
    },
    close,
  }
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {}

/** Never replaces a file that is there: `photo.jpg`, `photo (1).jpg`, … */
async function moveInto(part: string, folder: string, name: string): Promise<string> {
  const given = extname(name)
  const extension = Buffer.byteLength(given) <= LONGEST_EXTENSION_BYTES ? given : ''
  const stem = name.slice(0, name.length - extension.length)
  for (let number = 0; number < 10_000; number++) {
    const target = join(folder, fitted(stem, number === 0 ? extension : ` (${number})${extension}`))
    try {
      await linkOrCopy(part, target)
      await rm(part)
      return target
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  throw new Error(`No free name for ${name} in ${folder}`)
}

/** The stem as far as there is room for it, in whole characters, and the ending. */
function fitted(stem: string, ending: string): string {
  let room = LONGEST_NAME_BYTES - Buffer.byteLength(ending)
  let head = ''
  for (const character of stem) {
    room -= Buffer.byteLength(character)
    if (room < 0) break
    head += character
  }
  return `${head}${ending}`
}

async function linkOrCopy(part: string, target: string): Promise<void> {
  try {
    await link(part, target)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Another file system, or one without hard links.
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'ENOTSUP') throw error
    const { COPYFILE_EXCL } = (await import('node:fs')).constants
    await copyFile(part, target, COPYFILE_EXCL)
  }
}

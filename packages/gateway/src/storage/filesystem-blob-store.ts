import { constants, type Dirent } from 'node:fs'
import { access, type FileHandle, mkdir, open, opendir, rename, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { BlobMissing, type BlobStore } from '../transfer/blob-store.ts'
import { checkBlobKey } from './blob-key.ts'

const READ_BYTES = 256 * 1024
/** So many buffers go out at once (Linux' IOV_MAX), and between two looks at the signal. */
const MAX_VECTOR = 1024
/**
 * Ends the name of a file until all its bytes are on the disk. What a crash leaves under such a name is listed and
 * removed as any other object that the ledger doesn't know.
 */
const PART = '.part'

/**
 * Chunks as files `<directory>/<uploadId>/<offset>-<random>`. A file has its name only once its bytes are durable, and
 * `put` resolves once the name is durable too.
 */
export class FilesystemBlobStore implements BlobStore {
  readonly #directory: string
  /** Upload folders whose own names are not durable yet. */
  readonly #foldersBeingMade = new Map<string, Promise<void>>()

  constructor(needs: { readonly directory: string }) {
    this.#directory = resolve(needs.directory)
  }

  async open(): Promise<void> {
    await makeDurably(this.#directory)
    await this.check()
  }

  async put(key: string, buffers: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    const path = join(this.#directory, checkBlobKey(key))
    signal?.throwIfAborted()
    const file = await this.#create(path + PART)
    try {
      try {
        await writeAll(file, buffers, signal)
        await file.datasync()
      } finally {
        await file.close()
      }
      signal?.throwIfAborted()
      await rename(path + PART, path)
      await syncDirectory(dirname(path))
    } catch (error) {
      await unlinkIfThere(path + PART)
      throw error
    }
  }

  async *read(key: string, start: number, stop: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const path = join(this.#directory, checkBlobKey(key))
    if (start === stop) return
    const file = await open(path, 'r').catch((error: unknown) => {
      throw isCode(error, 'ENOENT') ? new BlobMissing(key) : error
    })
    try {
      for (let at = start; at < stop; ) {
        signal?.throwIfAborted()
        const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, stop - at))
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
        if (bytesRead === 0) throw new Error(`the object ${key} is not as long as its range`)
        at += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await file.close()
    }
  }

  async length(key: string): Promise<number | undefined> {
    return (await statIfThere(join(this.#directory, checkBlobKey(key))))?.size
  }

  async remove(keys: readonly string[]): Promise<void> {
    const folders = new Set<string>()
    for (const key of keys) {
      checkBlobKey(key.endsWith(PART) ? key.slice(0, -PART.length) : key)
      const path = join(this.#directory, key)
      await unlinkIfThere(path)
      folders.add(dirname(path))
    }
    for (const folder of folders) {
      await rmdir(folder).catch((error: unknown) => {
        if (!isCode(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST')) throw error
      })
    }
  }

  async *list(prefix: string): AsyncGenerator<{ key: string; length: number; modifiedAt: Date }> {
    const [uploadId = '', rest] = prefix.split('/')
    const folders = rest === undefined ? this.#folders(uploadId) : [uploadId]
    for await (const folder of folders) {
      for await (const { name } of entries(join(this.#directory, folder))) {
        const key = `${folder}/${name}`
        if (!key.startsWith(prefix)) continue
        const found = await statIfThere(join(this.#directory, key))
        if (found?.isFile()) yield { key, length: found.size, modifiedAt: found.mtime }
      }
    }
  }

  async check(): Promise<void> {
    await access(this.#directory, constants.W_OK | constants.X_OK)
  }

  async close(): Promise<void> {}

  /** The folder is made on the way: `remove` may take an empty one away at any time. */
  async #create(path: string): Promise<FileHandle> {
    const folder = dirname(path)
    for (let tries = 1; ; tries++) {
      await this.#foldersBeingMade.get(folder)
      try {
        return await open(path, 'w', 0o600)
      } catch (error) {
        if (!isCode(error, 'ENOENT') || tries === 4) throw error
      }
      const making = this.#foldersBeingMade.get(folder) ?? makeDurably(folder)
      this.#foldersBeingMade.set(folder, making)
      await making.finally(() => this.#foldersBeingMade.delete(folder))
    }
  }

  async *#folders(prefix: string): AsyncGenerator<string> {
    for await (const entry of entries(this.#directory)) {
      if (entry.isDirectory() && entry.name.startsWith(prefix)) yield entry.name
    }
  }
}

async function* entries(path: string): AsyncGenerator<Dirent> {
  try {
    for await (const entry of await opendir(path)) yield entry
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
  }
}

async function writeAll(
  file: FileHandle,
  buffers: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Promise<void> {
  let left = buffers.filter((buffer) => buffer.byteLength > 0)
  while (left.length > 0) {
    signal?.throwIfAborted()
    const { bytesWritten } = await file.writev(left.slice(0, MAX_VECTOR))
    left = after(left, bytesWritten)
  }
}

/** What is left of `buffers` behind their first `count` bytes. */
function after(buffers: Uint8Array[], count: number): Uint8Array[] {
  let skipped = 0
  const index = buffers.findIndex((buffer) => {
    if (skipped + buffer.byteLength > count) return true
    skipped += buffer.byteLength
    return false
  })
  const first = buffers[index]
  return first === undefined ? [] : [first.subarray(count - skipped), ...buffers.slice(index + 1)]
}

/** Makes a directory and those above it; resolves once their names are durable. */
async function makeDurably(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncDirectory(dirname(made))
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

async function statIfThere(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isCode(error, 'ENOENT')) throw error
  })
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

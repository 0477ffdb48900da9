import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Downloaded } from '@sluice/client'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import type { StageFile } from './stage.ts'

const MIB = 1024 * 1024

/** A file below `folder`, sent by its path; past `sparseFrom` bytes it is a hole and nobody reads it. */
export async function nodeFile(
  folder: string,
  size: number,
  options: { seed?: string; name?: string; sparseFrom: number },
): Promise<StageFile> {
  const own = await mkdtemp(join(folder, 'file-'))
  const name = options.name ?? 'photo.jpg'
  const path = join(own, name)
  if (size > options.sparseFrom) {
    await writeFile(path, '')
    await truncate(path, size)
    return { file: path, name, size, sha256: '' }
  }
  const bytes = new SeededBytes(options.seed ?? randomUUID(), size)
  await writeFile(path, bytes.from(0, MIB))
  return { file: path, name, size, sha256: bytes.sha256() }
}

/** SHA-256 of a download, which on Node is a file. */
export async function downloadedSha256(downloaded: Downloaded | undefined): Promise<string> {
  if (!downloaded?.path) throw new Error('the download has no path')
  const hash = createHash('sha256')
  for await (const piece of createReadStream(downloaded.path)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

/** Turns one byte of the file over. */
export async function turnOver(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  byte[0] = (byte[0] ?? 0) ^ 1
  await file.write(byte, 0, 1, at)
  await file.close()
}

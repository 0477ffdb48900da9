import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

const MIB = 1024 ** 2

/** Writes `mebibytes` MiB that no link can compress into a new file at `path`. */
export async function makeFile(path: string, mebibytes: number): Promise<void> {
  const file = await open(path, 'wx')
  try {
    for (let written = 0; written < mebibytes; written++) await file.write(randomBytes(MIB))
  } finally {
    await file.close()
  }
}

/** The file's SHA-256 in hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: MIB }), hash)
  return hash.digest('hex')
}

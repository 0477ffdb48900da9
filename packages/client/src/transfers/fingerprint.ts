import type { FileSource } from './file-source.ts'
import type { IncrementalHash, Sha256 } from './running-hash.ts'

const SAMPLE_BYTES = 1024 * 1024

/** Files up to this many bytes are read whole for the fingerprint, so their hash is known as well. */
export const WHOLLY_SAMPLED_BYTES = SAMPLE_BYTES

/**
 * Tells a picked-again file from another one without reading it whole: the lowercase hex SHA-256 over its size
 * (decimal), and the SHA-256 of its first and of its last MiB (hex), each followed by a line feed.
 */
export async function fingerprintOf(file: FileSource, sha256: Sha256): Promise<string> {
  const first = await digestOf(file, 0, Math.min(SAMPLE_BYTES, file.size), await sha256())
  const last = await digestOf(file, Math.max(0, file.size - SAMPLE_BYTES), file.size, await sha256())
  const whole = await sha256()
  whole.update(new TextEncoder().encode(`${file.size}\n${first}\n${last}\n`))
  return whole.digest()
}

/** The lowercase hex SHA-256 of a file that is small enough to be read at once. */
export async function hashOfSmall(file: FileSource, sha256: Sha256): Promise<string> {
  return digestOf(file, 0, file.size, await sha256())
}

async function digestOf(
  file: FileSource,
  start: number,
  stop: number,
  hash: IncrementalHash,
): Promise<string> {
  for await (const chunk of file.read(start, stop)) hash.update(chunk)
  return hash.digest()
}

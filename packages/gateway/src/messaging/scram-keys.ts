import { createHash, createHmac, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

/** The hashes of SCRAM-SHA-1 and SCRAM-SHA-256, as node:crypto names them. */
export const SCRAM_HASHES = ['sha1', 'sha256'] as const
export type ScramHash = (typeof SCRAM_HASHES)[number]

/** What a server keeps of a password (RFC 5802 §3): enough to check a proof, not enough to make one. */
export interface ScramKeys {
  readonly salt: Uint8Array
  readonly iterations: number
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** Derives the keys of a prepared password, off the event loop. */
export async function deriveScramKeys({
  hash,
  password,
  salt,
  iterations,
}: {
  hash: ScramHash
  password: string
  salt: Uint8Array
  iterations: number
}): Promise<ScramKeys> {
  const length = createHash(hash).digest().length
  const salted = await derive(password, salt, iterations, length, hash)
  const clientKey = createHmac(hash, salted).update('Client Key').digest()
  return {
    salt,
    iterations,
    storedKey: createHash(hash).update(clientKey).digest(),
    serverKey: createHmac(hash, salted).update('Server Key').digest(),
  }
}

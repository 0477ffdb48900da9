import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { IncrementalHash } from './running-hash.ts'

/** SHA-256 in plain JavaScript: WebCrypto's takes only what is there as a whole. */
export function nobleSha256(): IncrementalHash {
  const hash = sha256.create()
  return { update: (bytes) => void hash.update(bytes), digest: () => bytesToHex(hash.digest()) }
}

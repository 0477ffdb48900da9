import { byteString } from './byte-string.ts'

const encoder = new TextEncoder()

/** The mechanisms, the stronger first. */
export const SCRAM_HASHES = { 'SCRAM-SHA-256': 'SHA-256', 'SCRAM-SHA-1': 'SHA-1' } as const

export type ScramName = keyof typeof SCRAM_HASHES
type Hash = (typeof SCRAM_HASHES)[ScramName]

/** SCRAM (RFC 5802, RFC 7677) on WebCrypto. */
export class Scram {
  readonly name: ScramName
  readonly #hash: Hash
  readonly #nonce: string
  #firstBare = ''
  #serverFirst: string | undefined
  #serverSignature: string | undefined

  constructor(name: ScramName, nonce: string = randomNonce()) {
    this.name = name
    this.#hash = SCRAM_HASHES[name]
    this.#nonce = nonce
  }

  /** The next message of the client. Rejects when the server's message is not a right one. */
  async response({ username, password }: { username: string; password: string }): Promise<string> {
    if (this.#serverFirst === undefined) {
      this.#firstBare = `n=${saslName(username)},r=${this.#nonce}`
      return byteString(encoder.encode(`n,,${this.#firstBare}`))
    }
    const { r: nonce = '', s: salt = '', i: rounds = '' } = attributes(this.#serverFirst)
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce) throw new Error('SCRAM: the nonce is wrong')
    const withoutProof = `c=biws,r=${nonce}`
    const message = encoder.encode(`${this.#firstBare},${this.#serverFirst},${withoutProof}`)
    const hash = this.#hash
    const salted = await saltedPassword(password, { hash, salt: bytesOf(atob(salt)), rounds: Number(rounds) })
    const clientKey = await hmac(hash, salted, encoder.encode('Client Key'))
    const storedKey = new Uint8Array(await crypto.subtle.digest(hash, clientKey))
    const clientSignature = await hmac(hash, storedKey, message)
    const serverKey = await hmac(hash, salted, encoder.encode('Server Key'))
    this.#serverSignature = btoa(byteString(await hmac(hash, serverKey, message)))
    const proof = clientKey.map((byte, index) => byte ^ (clientSignature[index] ?? 0))
    return `${withoutProof},p=${btoa(byteString(proof))}`
  }

  challenge(text: string): void {
    this.#serverFirst = text
  }

  /** Whether the server's final message proves that it knows the account (RFC 5802 §3). */
  proves(serverFinal: string): boolean {
    return this.#serverSignature !== undefined && attributes(serverFinal).v === this.#serverSignature
  }
}

const HASH_BITS = { 'SHA-256': 256, 'SHA-1': 160 } as const satisfies Record<Hash, number>

// RFC 5802 §5.1 and RFC 7677 §4 ask for at least 4096; the upper bound keeps a hostile server from keeping us busy.
const ROUNDS = { least: 4096, most: 1_000_000 }

async function saltedPassword(
  password: string,
  { hash, salt, rounds }: { hash: Hash; salt: Uint8Array<ArrayBuffer>; rounds: number },
) {
  if (!(rounds >= ROUNDS.least && rounds <= ROUNDS.most)) throw new Error(`SCRAM: ${rounds} rounds`)
  // NFKC is what SASLprep does to every password that it does not refuse.
  const secret = encoder.encode(password.normalize('NFKC'))
  const key = await crypto.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveBits'])
  const parameters = { name: 'PBKDF2', hash, salt, iterations: rounds }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, HASH_BITS[hash]))
}

async function hmac(hash: Hash, secret: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>) {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, message))
}

function attributes(message: string): Record<string, string | undefined> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}

/** RFC 5802 §5.1. */
export function saslName(name: string): string {
  return name.normalize('NFKC').replaceAll('=', '=3D').replaceAll(',', '=2C')
}

function randomNonce(): string {
  return btoa(byteString(crypto.getRandomValues(new Uint8Array(24))))
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

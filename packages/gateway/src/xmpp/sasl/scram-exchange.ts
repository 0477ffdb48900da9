import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Account } from '../../messaging/account-store.ts'
import type { Credentials } from '../../messaging/credentials.ts'
import type { ScramHash, ScramKeys } from '../../messaging/scram-keys.ts'
import { isOwnAuthzid } from './own-authzid.ts'
import { failure, type SaslExchange, type SaslStep } from './sasl-exchange.ts'

// RFC 5802 §7: gs2-header (no channel binding, or one that the client believes us to lack), then client-first-message-bare.
const CLIENT_FIRST = /^((?:n|y),(?:a=([^,]*))?,)(n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[^\0]*)?)$/
const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[^\0]*)?),p=([A-Za-z0-9+/]+={0,2})$/

interface FirstRound {
  readonly account: Account
  readonly gs2Header: string
  readonly authzid: string
  readonly nonce: string
  /** client-first-message-bare and server-first-message, as the signatures cover them. */
  readonly transcript: string
}

/** SCRAM (RFC 5802, RFC 7677) without channel binding. A name that nobody has goes the whole way and fails at its end. */
export class ScramExchange implements SaslExchange {
  readonly #needs: { hash: ScramHash; credentials: Credentials; newNonce: () => string }
  #first: FirstRound | undefined

  constructor({
    hash,
    credentials,
    newNonce = () => randomBytes(18).toString('base64'),
  }: {
    hash: ScramHash
    credentials: Credentials
    newNonce?: () => string
  }) {
    this.#needs = { hash, credentials, newNonce }
  }

  step(message: string): Promise<SaslStep> {
    return this.#first ? Promise.resolve(this.#finish(message, this.#first)) : this.#begin(message)
  }

  async #begin(message: string): Promise<SaslStep> {
    const [, gs2Header, authzid = '', clientFirstBare, name, clientNonce] = CLIENT_FIRST.exec(message) ?? []
    const username = unescapeName(name ?? '')
    if (gs2Header === undefined || username === undefined) return failure('malformed-request')
    const { credentials, hash, newNonce } = this.#needs
    const account = await credentials.find(username)
    const { iterations, salt } = account.keys[hash]
    const nonce = `${clientNonce}${newNonce()}`
    const serverFirst = `r=${nonce},s=${Buffer.from(salt).toString('base64')},i=${iterations}`
    this.#first = {
      account,
      gs2Header,
      authzid: unescapeName(authzid) ?? '=',
      nonce,
      transcript: `${clientFirstBare},${serverFirst}`,
    }
    return { type: 'challenge', data: serverFirst }
  }

  #finish(message: string, { account, authzid, gs2Header, nonce, transcript }: FirstRound): SaslStep {
    const [, withoutProof, binding, finalNonce, proof] = CLIENT_FINAL.exec(message) ?? []
    if (withoutProof === undefined || binding === undefined || proof === undefined)
      return failure('malformed-request')
    const bound = Buffer.from(gs2Header).toString('base64')
    if (binding !== bound || finalNonce !== nonce) return failure('not-authorized')
    const authMessage = `${transcript},${withoutProof}`
    const keys = account.keys[this.#needs.hash]
    if (!this.#proves(Buffer.from(proof, 'base64'), authMessage, keys)) return failure('not-authorized')
    if (!isOwnAuthzid(authzid, account.jid)) return failure('invalid-authzid')
    const signature = this.#hmac(keys.serverKey, authMessage).toString('base64')
    return { type: 'success', jid: account.jid, data: `v=${signature}` }
  }

  /** ClientKey = ClientProof xor ClientSignature; its hash is what we keep. */
  #proves(proof: Buffer, authMessage: string, { storedKey }: ScramKeys): boolean {
    const signature = this.#hmac(storedKey, authMessage)
    if (proof.length !== signature.length) return false
    const clientKey = signature.map((byte, index) => byte ^ (proof[index] ?? 0))
    return timingSafeEqual(createHash(this.#needs.hash).update(clientKey).digest(), storedKey)
  }

  #hmac(key: Uint8Array, text: string): Buffer {
    return createHmac(this.#needs.hash, key).update(text).digest()
  }
}

/** RFC 5802 §5.1: `,` and `=` travel as `=2C` and `=3D`; any other `=` is malformed. */
function unescapeName(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=')
}

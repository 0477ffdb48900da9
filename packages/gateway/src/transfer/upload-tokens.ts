import { Refusal } from '@sluice/protocol'
import { jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { Clock } from './clock.ts'
import type { Principal } from './principal.ts'
import type { UploadLedger } from './upload-ledger.ts'

const ALGORITHM = 'HS256'
const ISSUER = 'sluice'
/** Another one, so that neither kind of token is ever taken for the other. */
const PUT_ISSUER = 'sluice-put'
const ACCOUNT_DAYS = 30

const CLAIMS = z.object({
  sub: z.string().min(1),
  upload: z.string().min(1).optional(),
  grant: z.number().int().nonnegative().optional(),
})

/** Tokens (JWT, RFC 7519, HS256) of slots, accounts and addresses for a PUT. All nodes of one database take each other's. */
export class UploadTokens {
  readonly #ledger: UploadLedger
  readonly #clock: Clock
  #key: Promise<Uint8Array> | undefined

  constructor(needs: { ledger: UploadLedger; clock: Clock }) {
    this.#ledger = needs.ledger
    this.#clock = needs.clock
  }

  /** Speaks for one upload; writes while `grantNo` is its newest; lives until `expiresAt`. */
  async issueSlot(slot: {
    uploadId: string
    owner: string
    grantNo: number
    expiresAt: Date
  }): Promise<string> {
    const claims = { upload: slot.uploadId, grant: slot.grantNo }
    return await this.#sign(ISSUER, slot.owner, slot.expiresAt, claims)
  }

  /** Speaks for all uploads of `owner` (a bare JID), for 30 days. */
  async issueAccount(owner: string): Promise<string> {
    const expiresAt = new Date(this.#clock.now().getTime() + ACCOUNT_DAYS * 86_400_000)
    return await this.#sign(ISSUER, owner, expiresAt, {})
  }

  /** Lets its holder PUT the bytes of this media, whichever upload they go into; good for nothing else. */
  async issuePut(put: { mediaId: string; expiresAt: Date }): Promise<string> {
    return await this.#sign(PUT_ISSUER, put.mediaId, put.expiresAt, {})
  }

  /** The media that a token of {@link issuePut} is for. Throws `not-authorized`. */
  async verifyPut(token: string): Promise<string> {
    return (await this.#claims(PUT_ISSUER, token)).sub
  }

  /** Throws `not-authorized` for a token that is malformed, forged or expired. */
  async verify(token: string): Promise<Principal> {
    const { sub, upload, grant } = await this.#claims(ISSUER, token)
    if ((upload === undefined) !== (grant === undefined)) throw new Refusal('not-authorized')
    if (upload === undefined || grant === undefined) return { owner: sub }
    return { owner: sub, grant: { uploadId: upload, grantNo: grant } }
  }

  async #claims(issuer: string, token: string): Promise<z.infer<typeof CLAIMS>> {
    const key = await this.#signingKey()
    const claims = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      issuer,
      requiredClaims: ['sub', 'exp'],
      currentDate: this.#clock.now(),
    }).then(
      ({ payload }) => CLAIMS.safeParse(payload),
      () => undefined,
    )
    if (!claims?.success) throw new Refusal('not-authorized')
    return claims.data
  }

  async #sign(
    issuer: string,
    subject: string,
    expiresAt: Date,
    claims: Record<string, unknown>,
  ): Promise<string> {
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(issuer)
      .setSubject(subject)
      .setExpirationTime(expiresAt)
      .sign(await this.#signingKey())
  }

  #signingKey(): Promise<Uint8Array> {
    this.#key ??= this.#ledger.signingKey().catch((error: unknown) => {
      this.#key = undefined
      throw error
    })
    return this.#key
  }
}

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { prepareJid, Refusal } from '@sluice/protocol'
import { jwtVerify } from 'jose'
import { z } from 'zod'
import type { Clock } from './clock.ts'
import type { GivenFile } from './slot-uploads.ts'

const DEFAULT_TYPE = 'application/octet-stream'

/** Of Prosody's mod_http_file_share; it has others for itself. */
const CLAIMS = z.object({
  sub: z.string().optional(),
  slot: z.string().min(1),
  filename: z.string(),
  filesize: z.number().int().nonnegative(),
  filetype: z.string().optional(),
})

/** What a PUT shows of the slot that a chat server gave. */
export interface ExternalPut {
  /** What follows the base address, decoded. */
  readonly path: string
  readonly bearer?: string | undefined
  /** Of the query, whatever the client made of them. */
  readonly v?: unknown
  readonly v2?: unknown
  readonly length?: number | undefined
  readonly contentType?: string | undefined
}

/**
 * Slots that a chat server gave, known by the secret that it shares with the gateway:
 * - Prosody's mod_http_file_share: a JWT (HS256) as bearer token, that names slot, file and uploader, for 300 s;
 * - prosody-modules' mod_http_upload_external, version 1, and ejabberd's mod_http_upload: `v` in the query, the
 *   HMAC-SHA256 of "path size";
 * - mod_http_upload_external, version 2: `v2`, that of path, size and type with NULs between them.
 */
export class ExternalSlots {
  readonly #secret: Uint8Array
  readonly #clock: Clock

  constructor({ secret, clock }: { secret: string; clock: Clock }) {
    this.#secret = new TextEncoder().encode(secret)
    this.#clock = clock
  }

  /** The same for the same path, and as hard to guess. */
  mediaIdOf(path: string): string {
    return digestOf('media', path)
  }

  /**
   * The file that the chat server vouches for; its type is as it came. Its owner is the uploader where that is told, else
   * one that no JID can be. Throws not-authorized for a token that is forged, expired or of another path; forbidden
   * where nothing, or a wrong signature, vouches for the PUT; bad-size where a signature needs a length.
   */
  async fileOf(put: ExternalPut): Promise<GivenFile> {
    const { path, bearer, v, v2, length, contentType = DEFAULT_TYPE } = put
    if (bearer !== undefined) return await this.#ofToken(bearer, path)
    // The module's README: of several only the highest version counts.
    const [signature, message] =
      v2 === undefined ? [v, `${path} ${length}`] : [v2, `${path}\0${length}\0${contentType}`]
    if (typeof signature !== 'string') throw new Refusal('forbidden')
    if (length === undefined) throw new Refusal('bad-size')
    this.#check(signature, message)
    return {
      owner: nobody(path),
      name: path.slice(path.lastIndexOf('/') + 1),
      mediaType: contentType,
      size: length,
    }
  }

  async #ofToken(token: string, path: string): Promise<GivenFile> {
    const claims = await jwtVerify(token, this.#secret, {
      algorithms: ['HS256'],
      requiredClaims: ['exp'],
      currentDate: this.#clock.now(),
    }).then(
      ({ payload }) => CLAIMS.safeParse(payload).data,
      () => undefined,
    )
    if (!claims || path !== `${claims.slot}/${claims.filename}`) throw new Refusal('not-authorized')
    const { sub, filename: name, filesize: size, filetype: mediaType = DEFAULT_TYPE } = claims
    return { owner: bareJid(sub) ?? nobody(path), name, mediaType, size }
  }

  #check(given: string, message: string): void {
    const expected = createHmac('sha256', this.#secret).update(message).digest()
    const signature = /^[0-9a-f]{64}$/i.test(given) ? Buffer.from(given, 'hex') : Buffer.alloc(32)
    if (!timingSafeEqual(signature, expected)) throw new Refusal('forbidden')
  }
}

/** A JID has something before its slash. Not the media's id: owners are logged, and that would give the link away. */
function nobody(path: string): string {
  return `/${digestOf('owner', path)}`
}

function digestOf(what: string, path: string): string {
  return createHash('sha256').update(`external ${what}\0${path}`).digest('base64url')
}

/** The account as the server spells it: that is how its stanzas are stamped. */
function bareJid(sub: string | undefined): string | undefined {
  try {
    return sub !== undefined && prepareJid(sub).resource === undefined ? sub : undefined
  } catch {
    return undefined
  }
}

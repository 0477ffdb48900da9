import { randomBytes, randomUUID } from 'node:crypto'

/** A media id is all that protects a link: 144 random bits, safe in a URL. */
export function newUploadIds(): { id: string; mediaId: string } {
  return { id: randomUUID(), mediaId: randomBytes(18).toString('base64url') }
}

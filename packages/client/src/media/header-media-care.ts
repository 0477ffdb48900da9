import type { MediaCare } from './media-care.ts'
import { readHeaders } from './read-headers.ts'
import { stripLocation } from './strip-location.ts'

/** Media care where nothing can decode media: by headers alone, without thumbnails. */
export const headerMediaCare: MediaCare = {
  stripLocation,
  look: async (source, { kind }) => ({ appearance: await readHeaders(source, kind) }),
}

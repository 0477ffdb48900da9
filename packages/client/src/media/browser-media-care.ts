import type { Appearance } from '@sluice/protocol'
import { Places } from '../transfers/places.ts'
import { drawOffThread } from './draw-off-thread.ts'
import type { Pictures } from './draw-pictures.ts'
import type { Look, MediaCare } from './media-care.ts'
import { playMedia } from './play-media.ts'
import { readHeaders } from './read-headers.ts'
import { stripLocation } from './strip-location.ts'

// A decoded photo has 50 MB, so of many only a few are decoded at once.
const AT_ONCE = 2
const MAX_PIXELS = 100_000_000
// A smaller image is as quick to fetch as its preview.
const PREVIEW_FROM_BYTES = 128 * 1024

const places = new Places(AT_ONCE)

/** Media care of a page: headers, and what the browser itself can decode. */
export const browserMediaCare: MediaCare = {
  stripLocation,
  async look(source, { kind, signal }) {
    const headers = await readHeaders(source, kind)
    const blob = source.slice?.(0, source.size)
    if (!blob) return { appearance: headers }
    return places.hold(signal, () => {
      if (kind === 'image') return lookAtImage(blob, headers, signal)
      return lookAtStream(new Blob([blob], { type: source.mediaType }), { kind, headers, signal })
    })
  },
}

async function lookAtImage(blob: Blob, headers: Appearance, signal: AbortSignal): Promise<Look> {
  const { width = 0, height = 0 } = headers
  if (width * height > MAX_PIXELS) return { appearance: headers }
  const wantsPreview = blob.size >= PREVIEW_FROM_BYTES
  const pictures = await drawOffThread(blob, { wantsPreview, signal })
  return lookOf(headers, pictures)
}

async function lookAtStream(
  blob: Blob,
  { kind, headers, signal }: { kind: string; headers: Appearance; signal: AbortSignal },
): Promise<Look> {
  if (kind === 'audio' && headers.durationMs !== undefined) return { appearance: headers }
  const played = await playMedia(blob, { isVideo: kind === 'video', signal })
  const appearance = { ...headers, ...played.facts }
  if (!played.frame) return { appearance }
  const pictures = await drawOffThread(played.frame, { wantsPreview: true, signal })
  // The film's own size, which is that of its frames as shown.
  return lookOf(
    { ...headers, ...pictures?.size, ...played.facts },
    pictures && { ...pictures, size: undefined },
  )
}

function lookOf(known: Appearance, pictures: Pictures | undefined): Look {
  if (!pictures) return { appearance: known }
  const { size, thumbnail, preview } = pictures
  return { appearance: { ...known, ...size, ...(thumbnail && { thumbnail }) }, preview }
}

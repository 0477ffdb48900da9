import type { Appearance } from '@sluice/protocol'

const LOADING_MS = 8_000
const POSTER_AT_S = 1

/** What the browser's own player says of a film or sound. */
export interface Played {
  readonly facts: Appearance
  /** One of the first second; the caller closes it. */
  readonly frame?: ImageBitmap | undefined
}

/**
 * Loads a film or sound into an element that nobody sees. What it cannot play, or not in time, is left out: so it is
 * when the page's policy allows no `blob:` media. Rejects with the signal's reason.
 */
export async function playMedia(
  blob: Blob,
  { isVideo, signal }: { isVideo: boolean; signal: AbortSignal },
): Promise<Played> {
  if (typeof document === 'undefined') return { facts: {} }
  const media = document.createElement(isVideo ? 'video' : 'audio')
  const url = URL.createObjectURL(blob)
  const patience = AbortSignal.any([signal, AbortSignal.timeout(LOADING_MS)])
  let facts: Appearance = {}
  try {
    media.muted = true
    media.preload = 'auto'
    const loaded = until(media, 'loadedmetadata', patience)
    media.src = url
    await loaded
    if (media instanceof HTMLVideoElement) facts = sizeOf(media)
    facts = { ...facts, ...(await durationOf(media, patience)) }
    if (!(media instanceof HTMLVideoElement)) return { facts }
    return { facts, frame: await frameOf(media, patience) }
  } catch {
    signal.throwIfAborted()
    return { facts }
  } finally {
    media.removeAttribute('src')
    media.load()
    URL.revokeObjectURL(url)
  }
}

function sizeOf({ videoWidth: width, videoHeight: height }: HTMLVideoElement): Appearance {
  return width > 0 && height > 0 ? { width, height } : {}
}

async function durationOf(media: HTMLMediaElement, signal: AbortSignal): Promise<Appearance> {
  if (media.duration === Infinity) {
    // A recording made in a page does not say how long it is: at its end the browser knows.
    const known = until(media, 'durationchange', signal)
    media.currentTime = Number.MAX_SAFE_INTEGER
    await known
  }
  const durationMs = Math.round(media.duration * 1000)
  return Number.isSafeInteger(durationMs) && durationMs > 0 ? { durationMs } : {}
}

/** Not the first one, which is often black. */
async function frameOf(video: HTMLVideoElement, signal: AbortSignal): Promise<ImageBitmap> {
  const sought = until(video, 'seeked', signal)
  video.currentTime = Math.min(POSTER_AT_S, video.duration / 2 || 0)
  await sought
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) await until(video, 'loadeddata', signal)
  return createImageBitmap(video)
}

function until(media: HTMLMediaElement, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    media.addEventListener(event, () => resolve(), { once: true })
    media.addEventListener('error', () => reject(new Error('The media cannot be played')), { once: true })
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

import { checkMediaType, Refusal } from '@sluice/protocol'

/** `type` if it is a media type that can stand in a header, else `application/octet-stream`. */
export function mediaTypeOf(type: string | undefined): string {
  try {
    return checkMediaType(type ?? '')
  } catch (refusal) {
    if (refusal instanceof Refusal) return 'application/octet-stream'
    throw refusal
  }
}

// What a browser shows without running anything in it. SVG and XML carry scripts, HTML and PDF are programs.
const SHOWABLE = new Set([
  'audio/aac',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'audio/x-m4a',
  'audio/x-wav',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
  'video/mp4',
  'video/ogg',
  'video/quicktime',
  'video/webm',
])

/** True for the image, audio and video types that a browser may show in its own window. */
export function isShowable(type: string): boolean {
  return SHOWABLE.has(type.replace(/ *;.*/s, '').toLowerCase())
}

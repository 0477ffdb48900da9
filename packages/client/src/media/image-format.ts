import { type ByteWindow, latin } from './byte-window.ts'

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'heif'

/** By its first bytes; names and media types may lie. */
export async function imageFormat(window: ByteWindow): Promise<ImageFormat | undefined> {
  const head = latin(await window.bytes(0, 12))
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'webp'
  if (/^GIF8[79]a/.test(head)) return 'gif'
  // HEIC, HEIF and AVIF, as pictures and as sequences.
  if (/^.{4}ftyp(hei|hev|hef|mif1|mif2|msf1|mia|avi[fs])/s.test(head)) return 'heif'
  return undefined
}

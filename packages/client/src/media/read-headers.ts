import type { Appearance, MediaKind } from '@sluice/protocol'
import type { FileSource } from '../transfers/file-source.ts'
import { ByteWindow } from './byte-window.ts'
import { imageSize } from './image-size.ts'
import { movieFacts } from './movie-facts.ts'
import { soundFacts } from './sound-facts.ts'

/**
 * Size and duration as far as the headers of common formats tell them: JPEG, PNG, GIF, WebP, HEIC, AVIF; MP4, M4A,
 * QuickTime; WAV, FLAC, Ogg. Of another or a malformed file nothing. Rejects with FileMissing.
 */
export async function readHeaders(source: FileSource, kind: MediaKind): Promise<Appearance> {
  const window = new ByteWindow(source)
  try {
    if (kind === 'image') return (await imageSize(window)) ?? {}
    return (await movieFacts(window)) ?? (await soundFacts(window)) ?? {}
  } catch (error) {
    if (error instanceof RangeError) return {}
    throw error
  }
}

import type { Appearance } from '@sluice/protocol'
import { ByteCursor } from './byte-cursor.ts'
import { type ByteWindow, latin } from './byte-window.ts'
import { findBox, type IsoBox, isoBoxes } from './iso-boxes.ts'

/** Duration and, of a film, size as shown: of an MP4, M4A or QuickTime file by its headers. Throws RangeError. */
export async function movieFacts(window: ByteWindow): Promise<Appearance | undefined> {
  if (latin(await window.bytes(4, 4)) !== 'ftyp') return undefined
  const movie = await findBox(window, 'moov', { body: 0, stop: window.size })
  if (!movie) return undefined
  let facts: Appearance = {}
  for await (const box of isoBoxes(window, movie.body, movie.stop)) {
    if (box.type === 'mvhd') facts = { ...facts, ...(await durationOf(window, box)) }
    if (box.type === 'trak' && facts.width === undefined) facts = { ...facts, ...(await sizeOf(window, box)) }
  }
  return facts
}

/** ISO/IEC 14496-12 §8.2.2. */
async function durationOf(window: ByteWindow, { body }: IsoBox): Promise<Appearance> {
  const cursor = new ByteCursor(await window.bytes(body, 32))
  const numberBytes = cursor.number(1) === 1 ? 8 : 4
  cursor.skip(3 + 2 * numberBytes)
  const perSecond = cursor.number(4)
  const duration = cursor.number(numberBytes)
  // Of a film in fragments it is 0, and all ones where it is unknown.
  const isKnown = perSecond > 0 && duration < 2 ** (8 * numberBytes) - 1
  const durationMs = Math.round((duration / perSecond) * 1000)
  return isKnown && durationMs > 0 && Number.isSafeInteger(durationMs) ? { durationMs } : {}
}

/** ISO/IEC 14496-12 §8.3.2: 16.16 numbers, and a matrix that may turn the picture. Sound has no size. */
async function sizeOf(window: ByteWindow, track: IsoBox): Promise<Appearance> {
  const header = await findBox(window, 'tkhd', track)
  if (!header) return {}
  const cursor = new ByteCursor(await window.bytes(header.body, 96))
  cursor.skip(cursor.number(1) === 1 ? 3 + 32 : 3 + 20)
  cursor.skip(16)
  const across = cursor.number(4)
  cursor.skip(32)
  const [width, height] = [Math.round(cursor.number(4) / 65_536), Math.round(cursor.number(4) / 65_536)]
  if (width === 0 || height === 0) return {}
  return across === 0 ? { width: height, height: width } : { width, height }
}

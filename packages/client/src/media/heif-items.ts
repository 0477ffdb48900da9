import { ByteCursor } from './byte-cursor.ts'
import type { ByteWindow } from './byte-window.ts'
import { findBox, type IsoBox, isoBoxes } from './iso-boxes.ts'

/** An item of a HEIC or AVIF file that holds metadata. */
export interface HeifMetadata {
  readonly what: 'exif' | 'xmp'
  /** Where its bytes are; absent where that cannot be told. */
  readonly extents?: readonly { readonly start: number; readonly stop: number }[] | undefined
}

const MAX_BOX_BYTES = 1024 * 1024
const MAX_ITEMS = 65_535

/** The metadata in a `meta` box (ISO/IEC 23008-12 annex A). Throws RangeError when its tables are malformed. */
export async function heifMetadata(window: ByteWindow, meta: IsoBox): Promise<HeifMetadata[]> {
  const inside = { body: meta.body + 4, stop: meta.stop }
  const infos = await findBox(window, 'iinf', inside)
  if (!infos) return []
  const found = await metadataItems(window, infos)
  if (found.size === 0) return []
  const locations = await findBox(window, 'iloc', inside)
  const data = await findBox(window, 'idat', inside)
  const extents = locations
    ? extentsOf(await bytesOf(window, locations), { size: window.size, data })
    : new Map<number, HeifMetadata['extents']>()
  return [...found].map(([id, what]) => ({ what, extents: extents.get(id) }))
}

/** The content of a box. Throws RangeError when it is too long to be what is looked for. */
export async function bytesOf(window: ByteWindow, { body, stop }: IsoBox): Promise<Uint8Array> {
  if (stop - body > MAX_BOX_BYTES) throw new RangeError('The box is too long')
  return window.bytes(body, stop - body)
}

/** ISO/IEC 14496-12 §8.11.6. */
async function metadataItems(window: ByteWindow, infos: IsoBox): Promise<Map<number, HeifMetadata['what']>> {
  const found = new Map<number, HeifMetadata['what']>()
  const [version = 0] = await window.bytes(infos.body, 1)
  const entries = infos.body + 4 + (version === 0 ? 2 : 4)
  for await (const entry of isoBoxes(window, entries, infos.stop)) {
    if (entry.type !== 'infe') continue
    const cursor = new ByteCursor(await bytesOf(window, entry))
    const entryVersion = cursor.number(1)
    if (entryVersion < 2) continue
    cursor.skip(3)
    const id = cursor.number(entryVersion === 2 ? 2 : 4)
    cursor.skip(2)
    const type = cursor.name()
    if (type === 'Exif') found.set(id, 'exif')
    else if (type === 'mime') {
      cursor.text()
      if (/xml/i.test(cursor.text())) found.set(id, 'xmp')
    }
  }
  return found
}

/** ISO/IEC 14496-12 §8.11.3. */
function extentsOf(
  bytes: Uint8Array,
  file: { size: number; data: IsoBox | undefined },
): Map<number, HeifMetadata['extents']> {
  const cursor = new ByteCursor(bytes)
  const version = cursor.number(1)
  cursor.skip(3)
  const [sizes, more] = [cursor.number(1), cursor.number(1)]
  const idBytes = version < 2 ? 2 : 4
  const count = cursor.number(idBytes)
  if (count > MAX_ITEMS) throw new RangeError('There are too many items')
  const located = new Map<number, HeifMetadata['extents']>()
  for (let item = 0; item < count; item++) {
    const id = cursor.number(idBytes)
    const method = version === 0 ? 0 : cursor.number(2) & 15
    const isElsewhere = cursor.number(2) !== 0
    const base = cursor.number(more >> 4)
    const extents: { start: number; stop: number }[] = []
    const from = method === 0 ? 0 : method === 1 ? file.data?.body : undefined
    const end = method === 0 ? file.size : (file.data?.stop ?? 0)
    for (let left = cursor.number(2); left > 0; left--) {
      if (version > 0) cursor.skip(more & 15)
      const offset = base + cursor.number(sizes >> 4)
      const length = cursor.number(sizes & 15)
      const start = (from ?? 0) + offset
      extents.push({ start, stop: length === 0 ? end : start + length })
    }
    const isHere = from !== undefined && !isElsewhere
    const fits = extents.every(({ start, stop }) => start <= stop && stop <= end)
    located.set(id, isHere && fits && extents.length > 0 ? extents : undefined)
  }
  return located
}

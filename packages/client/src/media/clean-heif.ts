import { type ByteWindow, viewOf } from './byte-window.ts'
import { type HeifMetadata, heifMetadata } from './heif-items.ts'
import { type IsoBox, isoBoxes } from './iso-boxes.ts'
import type { Piece } from './pieces.ts'
import { slimExif } from './slim-exif.ts'

const KEPT = ['ftyp', 'styp', 'meta', 'mdat', 'moov', 'moof', 'sidx', 'free', 'skip']
const MAX_EXIF_BYTES = 1024 * 1024

interface Patch {
  readonly start: number
  readonly stop: number
  readonly piece: Piece
}

/** It is not known where in the file all of the metadata are. */
export class MetadataOutOfReach extends Error {
  override readonly name = 'MetadataOutOfReach'
}

/**
 * A HEIC or AVIF without what may tell a place. The file speaks of its parts by offsets, so metadata are overwritten in
 * their places, Exif by its slimmed self; so are boxes that are no part of the image (a film beside it), or cut off at
 * the end. Undefined when there is no image in it. Rejects with MetadataOutOfReach.
 */
export async function cleanHeif(window: ByteWindow): Promise<Piece[] | undefined> {
  const boxes: IsoBox[] = []
  for await (const box of isoBoxes(window, 0, window.size)) boxes.push(box)
  const meta = boxes.find(({ type }) => type === 'meta')
  if (!meta) return undefined
  const patches = (await patchesOf(window, meta)).sort((a, b) => a.start - b.start)
  const last = boxes.findLastIndex(({ type }) => KEPT.includes(type))
  const pieces: Piece[] = []
  for (const box of boxes.slice(0, last + 1)) {
    if (KEPT.includes(box.type)) pieces.push(...patched(box, patches))
    else pieces.push(...emptied(box))
  }
  return pieces
}

async function patchesOf(window: ByteWindow, meta: IsoBox): Promise<Patch[]> {
  const patches: Patch[] = []
  for (const { what, extents } of await itemsOf(window, meta)) {
    if (!extents) throw new MetadataOutOfReach()
    const size = extents.reduce((sum, { start, stop }) => sum + stop - start, 0)
    const slim = what === 'exif' && size <= MAX_EXIF_BYTES ? await slimItem(window, extents, size) : undefined
    let written = 0
    for (const { start, stop } of extents) {
      const length = stop - start
      const piece = slim ? slim.slice(written, written + length) : { zeros: length }
      patches.push({ start, stop, piece })
      written += length
    }
  }
  return patches
}

async function itemsOf(window: ByteWindow, meta: IsoBox): Promise<HeifMetadata[]> {
  try {
    return await heifMetadata(window, meta)
  } catch (cause) {
    if (cause instanceof RangeError) throw new MetadataOutOfReach('The tables are malformed', { cause })
    throw cause
  }
}

/** ISO/IEC 23008-12 §A.2.1: the offset of the TIFF structure behind this number, and then that. As long as it was. */
async function slimItem(
  window: ByteWindow,
  extents: NonNullable<HeifMetadata['extents']>,
  size: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(size)
  let length = 0
  for (const { start, stop } of extents) {
    bytes.set(await window.bytes(start, stop - start), length)
    length += stop - start
  }
  if (size < 4) return undefined
  const slim = slimExif(bytes.subarray(4 + viewOf(bytes).getUint32(0)))
  if (!slim || 4 + slim.length > size) return undefined
  const item = new Uint8Array(size)
  item.set(slim, 4)
  return item
}

/** The box with what lies in it overwritten; where two patches overlap, the first one counts. */
function patched({ start, stop }: IsoBox, patches: readonly Patch[]): Piece[] {
  const pieces: Piece[] = []
  let at = start
  for (const patch of patches) {
    if (patch.start < at || patch.stop > stop) continue
    pieces.push({ start: at, stop: patch.start }, patch.piece)
    at = patch.stop
  }
  return [...pieces, { start: at, stop }]
}

/** A box of the same length that readers pass over. */
function emptied({ start, stop }: IsoBox): Piece[] {
  const header = new Uint8Array(16)
  const view = viewOf(header)
  const isLong = stop - start > 0xffffffff
  view.setUint32(0, isLong ? 1 : stop - start)
  header.set([0x66, 0x72, 0x65, 0x65], 4) // free
  if (isLong) view.setBigUint64(8, BigInt(stop - start))
  const length = isLong ? 16 : 8
  return [header.slice(0, length), { zeros: stop - start - length }]
}

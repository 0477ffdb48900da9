import type { FileSource } from '../transfers/file-source.ts'
import { TransferError } from '../transfers/transfer-error.ts'
import { ByteWindow } from './byte-window.ts'
import { cleanHeif, MetadataOutOfReach } from './clean-heif.ts'
import { cleanJpeg } from './clean-jpeg.ts'
import { cleanPng } from './clean-png.ts'
import { cleanWebp } from './clean-webp.ts'
import { type ImageFormat, imageFormat } from './image-format.ts'
import { type Piece, sourceOfPieces } from './pieces.ts'

const CLEAN: Partial<Record<ImageFormat, (window: ByteWindow) => Promise<Piece[] | undefined>>> = {
  jpeg: cleanJpeg,
  png: cleanPng,
  webp: cleanWebp,
  heif: cleanHeif,
}

/**
 * The image without what may tell where it was taken; pixels, orientation and colour profile stay. The same bytes come
 * of the same file each time. JPEG, PNG, WebP, HEIC and AVIF are known; another file, or one with no image in it, is
 * given back as it is. Rejects with FileMissing, and with TransferError 422 `location_kept` when a HEIC or AVIF
 * has metadata whose place cannot be told: rather than let them out, the image is not sent.
 */
export async function stripLocation(source: FileSource): Promise<FileSource> {
  const window = new ByteWindow(source)
  const format = await imageFormat(window)
  const clean = format && CLEAN[format]
  if (!clean) return source
  try {
    const pieces = await clean(window)
    return pieces ? sourceOfPieces(source, pieces) : source
  } catch (cause) {
    if (!(cause instanceof MetadataOutOfReach)) throw cause
    const message = 'The location cannot be removed from the image'
    throw new TransferError({ code: 'location_kept', statusCode: 422, message, retryable: false }, { cause })
  }
}

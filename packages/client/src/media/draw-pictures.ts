import type { Thumbnail } from '@sluice/protocol'
import type { PreviewImage } from './media-care.ts'

export interface Pictures {
  /** As shown: turned as the file says. */
  readonly size?: { readonly width: number; readonly height: number } | undefined
  readonly thumbnail?: Thumbnail | undefined
  readonly preview?: PreviewImage | undefined
}

export interface Drawing {
  readonly wantsPreview: boolean
}

interface Attempt {
  /** Pixels of the longer side. */
  readonly side: number
  /** From 0 to 1. */
  readonly quality: number
}

// JPEG, which every client shows; its tables alone are 600 bytes.
const TYPE = 'image/jpeg'
/** Of the data: URI: a larger one would hold up the stanzas behind it. */
const THUMBNAIL_CHARACTERS = 2048
const THUMBNAIL: readonly Attempt[] = [
  { side: 96, quality: 0.5 },
  { side: 80, quality: 0.4 },
  { side: 64, quality: 0.4 },
  { side: 48, quality: 0.4 },
  { side: 32, quality: 0.3 },
  { side: 16, quality: 0.3 },
]
const PREVIEW_BYTES = 60 * 1024
const PREVIEW: readonly Attempt[] = [
  { side: 640, quality: 0.75 },
  { side: 640, quality: 0.55 },
  { side: 480, quality: 0.45 },
]

/** Decodes an image, and draws it small; closes a bitmap that it is given. Rejects when it is no image for this browser. */
export async function drawPictures(given: Blob | ImageBitmap, { wantsPreview }: Drawing): Promise<Pictures> {
  // By default it is turned as Exif says.
  const image = given instanceof Blob ? await createImageBitmap(given) : given
  try {
    const { width, height } = image
    const preview = wantsPreview
      ? await firstThatFits(image, PREVIEW, ({ size }) => size <= PREVIEW_BYTES)
      : undefined
    return { size: { width, height }, thumbnail: await thumbnailOf(image), preview }
  } finally {
    image.close()
  }
}

async function thumbnailOf(image: ImageBitmap): Promise<Thumbnail | undefined> {
  const head = `data:${TYPE};base64,`
  const bytes = Math.floor(((THUMBNAIL_CHARACTERS - head.length) * 3) / 4) - 2
  const small = await firstThatFits(image, THUMBNAIL, ({ size }) => size <= bytes)
  if (!small) return undefined
  const text = String.fromCharCode(...new Uint8Array(await small.blob.arrayBuffer()))
  return { uri: head + btoa(text), mediaType: TYPE, width: small.width, height: small.height }
}

async function firstThatFits(
  image: ImageBitmap,
  attempts: readonly Attempt[],
  fits: (blob: Blob) => boolean,
): Promise<PreviewImage | undefined> {
  for (const attempt of attempts) {
    const drawn = await draw(image, attempt)
    if (fits(drawn.blob)) return drawn
  }
  return undefined
}

async function draw(image: ImageBitmap, { side, quality }: Attempt): Promise<PreviewImage> {
  const scale = Math.min(1, side / Math.max(image.width, image.height))
  const width = Math.max(1, Math.round(image.width * scale))
  const height = Math.max(1, Math.round(image.height * scale))
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('There is no canvas')
  // JPEG knows no transparency.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, width, height)
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, 0, 0, width, height)
  const blob = await canvas.convertToBlob({ type: TYPE, quality })
  if (blob.type !== TYPE) throw new Error('This browser writes no JPEG')
  return { blob, width, height }
}

/** Images and films that the page itself makes. */

export interface Drawn {
  readonly width: number
  readonly height: number
  readonly type?: string
  /** Noise, so that no encoder makes it small; else the left half is red and the right half blue. */
  readonly isNoisy?: boolean
}

export async function drawn({
  width,
  height,
  type = 'image/jpeg',
  isNoisy = false,
}: Drawn): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('There is no canvas')
  if (isNoisy) {
    const image = context.createImageData(width, height)
    let state = 1
    for (let index = 0; index < image.data.length; index++) {
      state = (state * 1103515245 + 12345) & 0x7fffffff
      image.data[index] = index % 4 === 3 ? 255 : state >> 16
    }
    context.putImageData(image, 0, 0)
  } else {
    context.fillStyle = '#f00'
    context.fillRect(0, 0, width / 2, height)
    context.fillStyle = '#00f'
    context.fillRect(width / 2, 0, width / 2, height)
  }
  const blob = await canvas.convertToBlob({ type, quality: 0.95 })
  return new Uint8Array(await blob.arrayBuffer())
}

/** What is seen of an image, turned as it says. */
export async function pixelsOf(
  image: Blob | HTMLImageElement,
): Promise<{ width: number; height: number; pixels: Uint8ClampedArray }> {
  const bitmap = await createImageBitmap(image)
  const { width, height } = bitmap
  const context = new OffscreenCanvas(width, height).getContext('2d')
  context?.drawImage(bitmap, 0, 0)
  const pixels = context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray()
  return { width, height, pixels }
}

/** A film of about a second, as a page records it: without its duration. */
export async function filmed({ width, height }: { width: number; height: number }): Promise<Blob> {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width, height })
  const context = canvas.getContext('2d')
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' })
  const parts: Blob[] = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  const stopped = new Promise((resolve) => {
    recorder.onstop = resolve
  })
  recorder.start()
  for (let frame = 0; frame < 25; frame++) {
    if (context) context.fillStyle = frame % 2 ? '#0a0' : '#0b0'
    context?.fillRect(0, 0, width, height)
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  recorder.stop()
  await stopped
  return new Blob(parts, { type: 'video/webm' })
}

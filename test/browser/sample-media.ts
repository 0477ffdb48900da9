import type { Page } from 'playwright-core'
import { type Frame, webm } from './webm.ts'

/** What a file input or a drop of playwright takes. */
export interface SampleFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

export interface SampleMedia {
  readonly photo: SampleFile
  readonly otherPhoto: SampleFile
  /** 20 s with a key frame each second, too much to be fetched at once. */
  readonly video: SampleFile
}

const SECONDS = 20
const PADDING = 500_000

/** Pictures of a lake and a film of its day, drawn by the browser of this page. */
export async function drawSamples(page: Page): Promise<SampleMedia> {
  const drawn = await page.evaluate(drawInPage, SECONDS)
  const photo = (name: string, data: string): SampleFile => ({
    name,
    mimeType: 'image/jpeg',
    buffer: Buffer.from(data, 'base64'),
  })
  const frames = drawn.frames.map(
    ({ data, ...rest }): Frame => ({ ...rest, data: Buffer.from(data, 'base64') }),
  )
  const { width, height } = drawn
  const film = webm({ width, height, durationMs: SECONDS * 1000, frames, padding: PADDING })
  return {
    photo: photo('lake.jpg', drawn.photo),
    otherPhoto: photo('evening.jpg', drawn.otherPhoto),
    video: { name: 'the-day.webm', mimeType: 'video/webm', buffer: film },
  }
}

/** A tone of one second that fades out, as WAV. */
export function sampleSound(): SampleFile {
  const rate = 16_000
  const samples = Buffer.alloc(rate * 2)
  for (let at = 0; at < rate; at++)
    samples.writeInt16LE(Math.round(12_000 * Math.sin(at / 5.8) * (1 - at / rate)), at * 2)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return { name: 'whistle.wav', mimeType: 'audio/wav', buffer: Buffer.concat([header, samples]) }
}

// Runs in the page: it can use nothing of this module.
async function drawInPage(seconds: number) {
  const draw = (width: number, height: number, hour: number): HTMLCanvasElement => {
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    const pen = canvas.getContext('2d') as CanvasRenderingContext2D
    const sky = pen.createLinearGradient(0, 0, 0, height * 0.65)
    sky.addColorStop(0, `hsl(${215 + hour * 40} 60% ${62 - hour * 34}%)`)
    sky.addColorStop(1, `hsl(${200 - hour * 170} ${70 + hour * 15}% ${84 - hour * 22}%)`)
    pen.fillStyle = sky
    pen.fillRect(0, 0, width, height)
    pen.fillStyle = `hsl(${48 - hour * 20} 95% ${88 - hour * 20}%)`
    pen.beginPath()
    pen.arc(width * (0.25 + hour * 0.45), height * (0.18 + hour * 0.34), height * 0.075, 0, 7)
    pen.fill()
    for (const [layer, far] of [0.9, 0.6, 0.3].entries()) {
      pen.fillStyle = `hsl(${205 - hour * 20} ${18 + layer * 6}% ${(34 + far * 30) * (1 - hour * 0.55)}%)`
      pen.beginPath()
      pen.moveTo(0, height)
      for (let x = 0; x <= width; x += 4) {
        const at = x / width
        const ridge = Math.sin(at * 9 + layer * 2.1) * 0.5 + Math.sin(at * 23 + layer * 5) * 0.2
        pen.lineTo(x, height * (0.46 + layer * 0.055 - ridge * 0.13 * far))
      }
      pen.lineTo(width, height)
      pen.fill()
    }
    const water = pen.createLinearGradient(0, height * 0.64, 0, height)
    water.addColorStop(0, `hsl(${200 + hour * 30} ${50 - hour * 10}% ${70 - hour * 22}%)`)
    water.addColorStop(1, `hsl(${205 + hour * 30} 45% ${34 - hour * 18}%)`)
    pen.fillStyle = water
    pen.fillRect(0, height * 0.64, width, height)
    pen.fillStyle = 'rgb(255 255 255 / 18%)'
    for (let wave = 0; wave < 60; wave++)
      pen.fillRect(
        ((wave * 97) % 100) * 0.01 * width,
        height * (0.66 + ((wave * 53) % 34) * 0.01),
        width * (0.02 + (wave % 5) * 0.012),
        Math.max(1, height * 0.003),
      )
    return canvas
  }
  const base64 = (bytes: Uint8Array) => {
    let text = ''
    for (let at = 0; at < bytes.length; at += 8192)
      text += String.fromCharCode(...bytes.subarray(at, at + 8192))
    return btoa(text)
  }
  const jpeg = async (canvas: HTMLCanvasElement) => {
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9))
    return base64(new Uint8Array(await (blob as Blob).arrayBuffer()))
  }
  const width = 640
  const height = 360
  const perSecond = 5
  const frames: { timeMs: number; isKey: boolean; data: string }[] = []
  const encoder = new VideoEncoder({
    output(chunk) {
      const bytes = new Uint8Array(chunk.byteLength)
      chunk.copyTo(bytes)
      frames.push({ timeMs: chunk.timestamp / 1000, isKey: chunk.type === 'key', data: base64(bytes) })
    },
    error(error) {
      throw error
    },
  })
  encoder.configure({ codec: 'vp8', width, height, bitrate: 600_000, framerate: perSecond })
  for (let at = 0; at < seconds * perSecond; at++) {
    const frame = new VideoFrame(draw(width, height, at / (seconds * perSecond)), {
      timestamp: (at * 1_000_000) / perSecond,
    })
    encoder.encode(frame, { keyFrame: at % perSecond === 0 })
    frame.close()
  }
  await encoder.flush()
  return {
    width,
    height,
    frames,
    photo: await jpeg(draw(1600, 1067, 0.05)),
    otherPhoto: await jpeg(draw(1200, 1500, 0.85)),
  }
}

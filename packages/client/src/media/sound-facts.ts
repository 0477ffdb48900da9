import type { Appearance } from '@sluice/protocol'
import { type ByteWindow, latin, viewOf } from './byte-window.ts'

const MAX_CHUNKS = 64
const LAST_PAGE_BYTES = 128 * 1024

/** Duration of a WAV, FLAC or Ogg file by its headers. Throws RangeError. */
export async function soundFacts(window: ByteWindow): Promise<Appearance | undefined> {
  const head = latin(await window.bytes(0, 12))
  const seconds = head.startsWith('fLaC')
    ? await ofFlac(window)
    : head.startsWith('OggS')
      ? await ofOgg(window)
      : /^RIFF.{4}WAVE$/s.test(head)
        ? await ofWave(window)
        : 0
  const durationMs = Math.round(seconds * 1000)
  return Number.isSafeInteger(durationMs) && durationMs > 0 ? { durationMs } : undefined
}

async function ofWave(window: ByteWindow): Promise<number> {
  let bytesPerSecond = 0
  let at = 12
  for (let left = MAX_CHUNKS; left > 0 && at + 8 <= window.size; left--) {
    const head = await window.bytes(at, 8)
    const type = latin(head.subarray(0, 4))
    const length = viewOf(head).getUint32(4, true)
    if (type === 'fmt ') bytesPerSecond = viewOf(await window.bytes(at + 8, 16)).getUint32(8, true)
    // A recorder that was cut off, or wrote a stream, says too much.
    if (type === 'data')
      return bytesPerSecond > 0 ? Math.min(length, window.size - at - 8) / bytesPerSecond : 0
    at += 8 + length + (length % 2)
  }
  return 0
}

/** RFC 9639 §8.2: 20 bits of rate, 8 of other things, 36 of samples. */
async function ofFlac(window: ByteWindow): Promise<number> {
  const view = viewOf(await window.bytes(18, 8))
  const rate = view.getUint32(0) >>> 12
  const samples = (view.getUint8(3) & 15) * 2 ** 32 + view.getUint32(4)
  return rate > 0 ? samples / rate : 0
}

/** RFC 3533 §6: the last page of the first stream says where it ends, in samples of its codec. */
async function ofOgg(window: ByteWindow): Promise<number> {
  const first = await window.bytes(0, 64)
  const opus = latin(first).indexOf('OpusHead')
  const vorbis = latin(first).indexOf('\x01vorbis')
  // RFC 7845 §4: Opus counts at 48 kHz, from its pre-skip on.
  const [rate, skipped] =
    opus >= 0
      ? [48_000, viewOf(first).getUint16(opus + 10, true)]
      : [vorbis >= 0 ? viewOf(first).getUint32(vorbis + 12, true) : 0, 0]
  const end = await window.bytes(Math.max(0, window.size - LAST_PAGE_BYTES), LAST_PAGE_BYTES)
  const page = latinLastIndex(end, 'OggS')
  if (rate === 0 || page < 0) return 0
  return Math.max(0, Number(viewOf(end).getBigInt64(page + 6, true)) - skipped) / rate
}

function latinLastIndex(bytes: Uint8Array, name: string): number {
  for (let at = bytes.length - name.length; at >= 0; at--)
    if (latin(bytes.subarray(at, at + name.length)) === name) return at
  return -1
}

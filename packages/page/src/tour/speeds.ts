import { byteText } from '../design/byte-text.ts'

/** Bytes per second that the slider offers; null is as fast as it goes. */
export const SPEEDS = [500_000, 1e6, 2e6, 4e6, 8e6, 16e6, 32e6, 64e6, null] as const

export function speedText(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? 'as fast as it goes' : `${byteText(bytesPerSecond)}/s`
}

/** The slider's place for a speed: the nearest that is not slower. */
export function speedIndex(bytesPerSecond: number | null): number {
  const index = SPEEDS.findIndex(
    (speed) => speed === null || (bytesPerSecond !== null && speed >= bytesPerSecond),
  )
  return bytesPerSecond === null || index < 0 ? SPEEDS.length - 1 : index
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes for people: `63.4 MB`, in powers of 1000 as disks and networks are sold. */
export function byteText(bytes: number): string {
  const step = UNITS.findIndex((_, index) => bytes < 999.95 * 1000 ** index || index === UNITS.length - 1)
  const number = bytes / 1000 ** step
  return `${step === 0 ? number : number.toFixed(1)} ${UNITS[step]}`
}

import type { Downloaded } from '@sluice/client'

/** Hands a downloaded file to the browser, to save under its name. */
export function saveFile({ blob }: Downloaded, name: string): void {
  if (!blob) return
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser reads it later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

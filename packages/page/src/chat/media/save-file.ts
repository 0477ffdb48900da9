import type { Downloaded } from '@sluice/client'

/** Hands a downloaded file to the browser, to save under its name. */
export function saveFile({ blob, blobUrl }: Downloaded, name: string): void {
  const made = !blobUrl && blob ? URL.createObjectURL(blob) : undefined
  const href = blobUrl ?? made
  if (href === undefined) return
  const link = document.createElement('a')
  link.href = href
  link.download = name
  link.click()
  // The browser reads it later.
  if (made) setTimeout(() => URL.revokeObjectURL(made), 60_000)
}

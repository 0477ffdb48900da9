let asked: Promise<void> | undefined

/**
 * Asks the browser, once, not to clear this origin's storage when room gets scarce; only where it decides by itself
 * (Chromium, Safari), for nobody should be asked something by the way. Never rejects.
 */
export function keepStorage(): Promise<void> {
  asked ??= ask().catch(() => {})
  return asked
}

async function ask(): Promise<void> {
  const { storage, permissions } = navigator
  if (await storage.persisted()) return
  const { state } = await permissions.query({ name: 'persistent-storage' })
  if (state !== 'prompt') await storage.persist()
}

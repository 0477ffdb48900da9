let asked: Promise<void> | undefined

/**
 * Asks the browser, once, not to clear this origin's storage when room gets scarce; only where it decides by itself, for
 * nobody should be asked something by the way. Never rejects.
 */
export function keepStorage(): Promise<void> {
  asked ??= ask().catch(() => {})
  return asked
}

async function ask(): Promise<void> {
  const { storage, permissions } = navigator
  if (await storage.persisted()) return
  // Chromium never asks a person, whatever it says; Firefox does, and Safari knows no such permission.
  const isChromium = 'userAgentData' in navigator
  const state = await permissions.query({ name: 'persistent-storage' }).then(
    (permission) => permission.state,
    () => 'unknown',
  )
  if (isChromium || state !== 'prompt') await storage.persist()
}

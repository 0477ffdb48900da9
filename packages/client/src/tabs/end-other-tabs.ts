import type { TabNote } from './tab-note.ts'
import type { Tabs } from './tabs.ts'

const ENDING_MS = 5_000

/** Logs the account out in all other tabs, and resolves when they have let its store go, 5 s later at most. */
export async function endOtherTabs(tabs: Tabs): Promise<void> {
  const note: TabNote = { type: 'logout' }
  tabs.post(note)
  // A tab that the browser has frozen forgets nothing by itself, but its store is emptied all the same.
  await tabs.alone(AbortSignal.timeout(ENDING_MS)).catch(() => {})
}

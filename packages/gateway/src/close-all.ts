/** Something that was opened, and how it ends. */
export type Closing = () => unknown

/**
 * Empties the list: closes what was opened last first, each after the other. What fails keeps nothing else open.
 * @throws what the first of them threw that failed, once all are through.
 */
export async function closeAll(closings: Closing[]): Promise<void> {
  const failures: unknown[] = []
  for (const close of closings.splice(0).reverse()) {
    try {
      await close()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

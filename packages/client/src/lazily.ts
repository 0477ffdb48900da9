/** What few need, loaded when it is first wanted; after a failure by the next one who wants it. */
export function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let held: Promise<T> | undefined
  return () => {
    held ??= load().catch((error: unknown) => {
      held = undefined
      throw error
    })
    return held
  }
}

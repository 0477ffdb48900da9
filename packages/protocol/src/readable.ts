import { Refusal } from './refusals.ts'

/** What this reads from the text; undefined when there is none, or when it is refused. */
export function readable<T>(
  parse: (text: string, name: string) => T,
  text: string | null | undefined,
): T | undefined {
  if (text === null || text === undefined) return undefined
  try {
    return parse(text, '')
  } catch (refusal) {
    if (refusal instanceof Refusal) return undefined
    throw refusal
  }
}

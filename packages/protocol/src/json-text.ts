import { malformed } from './malformed.ts'

/** The value as JSON that XML can carry. Throws `bad-request` when it is no JSON (a cycle, a bigint, nothing). */
export function jsonText(value: object, name: string): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    throw malformed(name, 'JSON')
  }
  // A toJSON may answer nothing.
  if (text === undefined) throw malformed(name, 'JSON')
  // JSON.stringify escapes the other characters that XML may not have.
  return text.replace(/[\uFFFE\uFFFF]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
}

import { Refusal } from './refusals.ts'

// Marks that reverse how a name reads (`gnp.exe` shown as `exe.png`); nobody types them, so they go silently.
const BIDI_MARKS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g
// More than 255 characters ever take, composed of whatever.
const MAX_UNITS = 2048

/**
 * The name as it is kept and shown: NFC, without bidi marks. Throws `bad-name` unless it then has 1 to 255
 * characters, no control characters, no `/` and no `\`, and is neither `.` nor `..`.
 */
export function checkFileName(name: string): string {
  const bare = name.replace(BIDI_MARKS, '')
  // Normalising takes time that may grow with the square of the length.
  const kept = bare.length > MAX_UNITS ? bare : bare.normalize('NFC')
  const length = [...kept].length
  if (length < 1 || length > 255)
    throw new Refusal('bad-name', { reason: 'it must have 1 to 255 characters' })
  if (/[\p{Cc}\p{Cs}\u2028\u2029\uFFFE\uFFFF]/u.test(kept))
    throw new Refusal('bad-name', { reason: 'it holds a control character' })
  if (/[/\\]/.test(kept) || kept === '.' || kept === '..')
    throw new Refusal('bad-name', { reason: 'it is a path' })
  return kept
}

/** The nearest name that {@link checkFileName} takes, for a file that somebody else has let in under this one. */
export function mendFileName(name: string): string {
  const kept = name.replace(BIDI_MARKS, '').slice(0, MAX_UNITS).normalize('NFC')
  const mended = [...kept.replace(/[\p{Cc}\p{Cs}\u2028\u2029\uFFFE\uFFFF/\\]/gu, '_')].slice(0, 255).join('')
  return ['', '.', '..'].includes(mended) ? 'file' : mended
}

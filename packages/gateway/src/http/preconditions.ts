import type { IncomingHttpHeaders } from 'node:http'

/** What the preconditions of a GET or HEAD are held against: one strong, quoted ETag and a date. */
export interface Validators {
  readonly etag: string
  readonly modifiedAt: Date
}

/**
 * Evaluates RFC 9110 §13.1 in the order of §13.2.2: `failed` is 412, `unchanged` 304, `go` the answer proper,
 * with `range` false where If-Range says that the range was meant for other bytes.
 */
export function checkPreconditions(
  headers: IncomingHttpHeaders,
  validators: Validators,
): 'failed' | 'unchanged' | { readonly range: boolean } {
  const { etag } = validators
  const modified = Math.floor(validators.modifiedAt.getTime() / 1000) * 1000

  if (headers['if-match'] !== undefined) {
    if (!lists(headers['if-match'], etag, 'strong')) return 'failed'
  } else if (modified > dateOf(headers['if-unmodified-since'], Number.POSITIVE_INFINITY)) return 'failed'

  if (headers['if-none-match'] !== undefined) {
    if (lists(headers['if-none-match'], etag, 'weak')) return 'unchanged'
  } else if (modified <= dateOf(headers['if-modified-since'], Number.NEGATIVE_INFINITY)) return 'unchanged'

  const ifRange = headers['if-range']?.toString()
  // §13.1.5: only a strong ETag, or exactly our date, means the same bytes.
  return { range: ifRange === undefined || ifRange === etag || dateOf(ifRange, Number.NaN) === modified }
}

function lists(header: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (header.trim() === '*') return true
  const tags = header.match(/(W\/)?"[^"]*"/g) ?? []
  return tags.some((tag) => tag === etag || (comparison === 'weak' && tag === `W/${etag}`))
}

/** Milliseconds of an HTTP date; `otherwise` where there is none (a bad one is to be ignored). */
function dateOf(header: string | undefined, otherwise: number): number {
  const isDate = header !== undefined && /^[A-Za-z]+,? .*\d\d:\d\d:\d\d/.test(header)
  const time = isDate ? Date.parse(header) : Number.NaN
  return Number.isNaN(time) ? otherwise : time
}

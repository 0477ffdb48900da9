/** Reads a DateTime of XEP-0082, with any offset from UTC; undefined for anything else. */
export function readStamp(text: string | undefined): Date | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text ?? '')) return undefined
  const date = new Date(text ?? '')
  return Number.isNaN(date.getTime()) ? undefined : date
}

/**
 * Why a writer ended.
 * - end: the body ended; dropped: it broke off; idle: no byte for 30 s; drained: the gateway ends
 * - stopped: somebody asked (a HEAD, a cancel, a resume)
 * - too-long: the body went past the end of the upload
 * - overtaken: another writer or a fence came; store-failed, ledger-failed: 30 s of failures
 */
export type WriterEnd =
  | 'end'
  | 'dropped'
  | 'idle'
  | 'drained'
  | 'stopped'
  | 'too-long'
  | 'overtaken'
  | 'store-failed'
  | 'ledger-failed'

const FILLING: ReadonlySet<WriterEnd> = new Set<WriterEnd>(['end', 'dropped', 'idle', 'drained'])

/** A stopped writer completes nothing, even at full length: whoever stopped it may be cancelling. (LEDGER rule 7) */
export function mayFill(end: WriterEnd | undefined): boolean {
  return end !== undefined && FILLING.has(end)
}

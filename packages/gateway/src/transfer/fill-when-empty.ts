import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { UploadMoves } from './upload-moves.ts'
import type { Verification } from './verification.ts'

/**
 * An upload of no bytes is full as soon as it is offered, and never has a writer (LEDGER rule 7). Answers it as it is
 * afterwards; any other upload as it came. Idempotent.
 */
export async function fillWhenEmpty(
  needs: { ledger: UploadLedger; moves: UploadMoves; verification: Verification },
  upload: UploadRecord,
): Promise<UploadRecord> {
  if (upload.size > 0 || upload.state !== 'offered') return upload
  const filled = await needs.moves.run(upload, { event: 'fill', from: 'offered' })
  if (filled.state !== 'verifying') return filled
  await needs.verification.run(filled.id)
  return (await needs.ledger.find(filled.id)) ?? filled
}

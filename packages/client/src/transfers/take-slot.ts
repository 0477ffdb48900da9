import type { Slot } from '@sluice/protocol'
import type { UploadRun } from './upload-run.ts'

/** Takes down what a slot says. */
export function takeSlot({ record, cell }: Pick<UploadRun, 'record' | 'cell'>, slot: Slot): void {
  const { uploadId, uploadUrl, getUrl, token, committed, size } = slot
  record.slot = { uploadId, uploadUrl, getUrl, token }
  record.committed = committed
  cell.advance({ sent: committed, committed, total: size })
}

import type { Readable } from 'node:stream'
import type { BlobStore } from './blob-store.ts'
import type { BudgetAccount } from './budget-account.ts'
import type { Clock } from './clock.ts'
import type { HashShelf } from './hash-shelf.ts'
import type { Logger } from './logger.ts'
import type { NodeSignals } from './node-signals.ts'
import type { StoredBytes } from './stored-bytes.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'

export interface WriterNeeds {
  readonly ledger: UploadLedger
  readonly store: BlobStore
  readonly signals: NodeSignals
  readonly clock: Clock
  readonly logger: Logger
  readonly shelf: HashShelf
  readonly stored: StoredBytes
  /** A commit moves the expiry to now + this. */
  readonly expiresAfterMs: number
}

export interface Writing {
  /** As the ledger had it when it was taken. */
  readonly upload: UploadRecord
  /** What the take answered. */
  readonly epoch: number
  readonly account: BudgetAccount
  readonly body: Readable
  /** Bytes the body said it has, if it did. */
  readonly length?: number | undefined
}

import type { UploadStatus } from '@sluice/protocol'
import type { Clock } from '../clock.ts'
import type { Listeners } from '../listeners.ts'
import type { Log } from '../log.ts'
import type { LoadMediaCare } from '../media/media-care.ts'
import type { Message } from '../messages/message.ts'
import type { MessageHistory } from '../messages/message-history.ts'
import type { Outbox } from '../messages/outbox.ts'
import type { AccountStore } from '../persistence/store.ts'
import type { MediaService } from '../session/media-service.ts'
import type { Session } from '../session/session.ts'
import type { FileSource, OpenFile } from './file-source.ts'
import type { HttpTransport } from './http-transport.ts'
import type { MediaControl } from './media-control.ts'
import type { Persistence } from './persistently.ts'
import type { Places } from './places.ts'
import type { RunningHash, Sha256 } from './running-hash.ts'
import type { Sharing } from './sharing.ts'
import type { TransferCell } from './transfer-cell.ts'
import type { UploadRecord } from './upload-record.ts'

/** What all uploads of a client share. */
export interface UploadNeeds {
  readonly control: MediaControl
  readonly transport: HttpTransport
  readonly session: Session
  readonly service: MediaService
  readonly outbox: Outbox
  readonly store: AccountStore
  /** Absent where a store has one holder. */
  readonly sharing?: Sharing | undefined
  readonly history: MessageHistory
  readonly places: Places
  readonly openFile: OpenFile
  readonly mediaCare: LoadMediaCare
  readonly sha256: Sha256
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
}

/** One run of an upload, from its start or resume to its end or pause. */
export interface UploadRun {
  readonly needs: UploadNeeds
  readonly record: UploadRecord
  readonly cell: TransferCell<Message>
  readonly signal: AbortSignal
  readonly retry: Persistence
  /** The gateway's news about this upload. */
  readonly statuses: Listeners<UploadStatus>
  /** Absent when all bytes are with the gateway and nothing needs to be read. */
  readonly source?: FileSource | undefined
  readonly hash: RunningHash
  save(): Promise<void>
}

/** The owner stopped the upload from another device. */
export class StoppedElsewhere extends Error {
  override readonly name = 'StoppedElsewhere'
}

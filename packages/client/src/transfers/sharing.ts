import type { FileInput } from './file-source.ts'
import type { Progress, TransferState } from './transfer.ts'
import type { TransferFailure } from './transfer-error.ts'

export type Verb = 'pause' | 'resume' | 'discard'

export interface ResumeOptions {
  readonly file?: FileInput | undefined
}

/** The part of a record that uploads and downloads have in common. */
export interface TransferRecord {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  state: 'unfinished' | 'done' | 'failed'
  failure?: TransferFailure | undefined
  /** Its owner wants it to rest; otherwise it goes on by itself after a reload. */
  paused?: boolean | undefined
}

/** What the tab that leads a transfer tells the others, so that they show the same. */
export interface News {
  readonly state: TransferState
  readonly progress: Progress
  /** Absent when only the progress is new. */
  readonly record?: TransferRecord | undefined
  /** For whoever has to go on with it. */
  readonly file?: FileInput | undefined
}

/** A transfer as tabs share it. */
export interface Shareable {
  readonly kind: 'upload' | 'download'
  readonly id: string
  readonly state: TransferState
  on(event: 'state' | 'progress', listener: () => void): () => void
  news(): News
  /** Shows what the leading tab tells. */
  show(news: News): Promise<void>
  /** The record as it was last stored, maybe by another tab. */
  stored(): Promise<TransferRecord | undefined>
  /** Goes on in this tab as the record says. */
  takeOver(record: TransferRecord | undefined): void
  /** Does it in this tab. Rejects with TransferError. */
  perform(verb: Verb, options?: ResumeOptions): Promise<void>
}

/** The tabs of one account among each other: one leads a transfer, the others show it and ask that one. */
export interface Sharing {
  /**
   * Whether this tab leads the transfer, from now on until it has ended or the tab is gone. If another one does, it
   * is followed, and taken over when that tab dies.
   */
  lead(transfer: Shareable): Promise<boolean>
  isElsewhere(transfer: Shareable): boolean
  /** Has the leading tab do it. Rejects with what that one answers. */
  ask(transfer: Shareable, verb: Verb, options?: ResumeOptions): Promise<void>
}

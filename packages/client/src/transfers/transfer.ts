import type { FileInput } from './file-source.ts'

/** Bytes. `committed` never goes back and never gets lost; `sent` may go back after a lost connection. */
export interface Progress {
  readonly sent: number
  readonly committed: number
  readonly total: number
}

export type TransferState =
  | 'pending' //    not begun, or waiting its turn
  | 'active' //     bytes move
  | 'waiting' //    the line is down; goes on by itself
  | 'paused' //     stopped; goes on when asked to
  | 'processing' // all bytes are there and being checked
  | 'sending' //    the message goes out
  | 'done'
  | 'failed'
  | 'discarded'

/** One upload with its message, or one download. */
export interface Transfer<T> extends AsyncIterable<Progress> {
  /** The message id. */
  readonly id: string
  readonly state: TransferState
  readonly progress: Progress
  /** The outcome. Stays pending over pauses; a resume after a failure gives a new one. */
  readonly done: Promise<T>
  /**
   * Stops at once and keeps every byte that is there. Resolves when the other side knows or cannot be reached;
   * then it is told later. Rejects with TransferError 409 when it is too late.
   */
  pause(): Promise<void>
  /** Goes on; joins when it is running already. `file` stands in when the first one is gone. Rejects with TransferError. */
  resume(options?: { file?: FileInput | undefined }): Promise<void>
  /** Stops, and forgets the bytes on both sides; `done` rejects. */
  discard(): Promise<void>
  /** Returns what removes the listener. */
  on(event: 'state' | 'progress', listener: () => void): () => void
}

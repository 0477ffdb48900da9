import type { Progress, Res } from '@sluice/client'

/** What one of the calls has to say. */
export interface Said {
  readonly onPending: (msgId: string) => void
  readonly onResuming: (msgId: string) => void
  readonly onProgress: (progress: Progress) => void
  readonly onSuccess: (response: Res) => void
  readonly onError: (error: Res) => void
  /** What an awaited call resolves with. */
  readonly response: (response: Res) => void
}

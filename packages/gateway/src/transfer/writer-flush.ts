import { Announcer } from './announcer.ts'
import type { Clock } from './clock.ts'
import { endWriting } from './end-writing.ts'
import type { Logger } from './logger.ts'
import type { NodeSignals } from './node-signals.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { Writers } from './writers.ts'

const WAIT_MS = 2_000

interface Needs {
  readonly node: string
  readonly ledger: UploadLedger
  readonly writers: Writers
  readonly signals: NodeSignals
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Asks a living writer, here or on another node, to commit what it has and to stop, so that a stop costs no byte
 * that a gateway had received. Waits at most 2 s; who asked then fences it. A dead node costs no wait (LEDGER rule 13).
 */
export class WriterFlush {
  readonly #needs: Needs
  readonly #stopListening: () => void

  constructor(needs: Needs) {
    this.#needs = needs
    const { writers, signals } = needs
    this.#stopListening = signals.onStopAsked((uploadId) => {
      // A writer that ended tells so itself. Without one, whoever asked must not wait for nothing.
      if (writers.has(uploadId)) void writers.stop(uploadId)
      else this.#noting(uploadId, this.#endLost(uploadId))
    })
  }

  async run(upload: UploadRecord): Promise<void> {
    const { node, writers, clock } = this.#needs
    const { id, state, writer, writerAlive } = upload
    if (state !== 'receiving' || writer === undefined) return
    const waited = new AbortController()
    try {
      const timeUp = clock.sleep(WAIT_MS, waited.signal)
      // By the row: a writer that is still here may be an older one, long overtaken by another node's.
      if (writer === node) await Promise.race([writers.stop(id), timeUp])
      else if (writerAlive) await Promise.race([this.#stopElsewhere(upload, writer, waited.signal), timeUp])
    } finally {
      waited.abort()
    }
  }

  close(): void {
    this.#stopListening()
  }

  #stopElsewhere({ id, epoch }: UploadRecord, node: string, signal: AbortSignal): Promise<void> {
    const { ledger, signals } = this.#needs
    return new Promise((resolve) => {
      // Another writer may have ended, or something else changed.
      const look = async () => {
        const now = await ledger.find(id)
        if (now?.state !== 'receiving' || now.epoch !== epoch) resolve()
      }
      const stopListening = signals.onChange((change) => {
        if (change.uploadId === id && change.kind === 'state') this.#noting(id, look())
      })
      signal.addEventListener('abort', () => {
        stopListening()
        resolve()
      })
      this.#noting(id, signals.askToStop(node, id))
    })
  }

  /** The row may name a writer of this node that is not there: it could not tell the ledger of its end. */
  async #endLost(uploadId: string): Promise<void> {
    const { node, ledger } = this.#needs
    const upload = await ledger.find(uploadId)
    if (upload?.state === 'receiving' && upload.writer === node)
      await endWriting(this.#needs, uploadId, upload.epoch, 'paused')
    new Announcer(this.#needs, uploadId).state()
  }

  // Whoever waits does so for 2 s at most, whatever fails.
  #noting(uploadId: string, work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#needs.logger.warn({ err: error, uploadId }, 'a writer could not be asked to stop')
    })
  }
}

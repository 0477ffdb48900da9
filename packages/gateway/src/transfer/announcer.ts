import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { NodeSignals } from './node-signals.ts'

const PROGRESS_MS = 1_000

/** Tells all nodes that one upload's row changed: state at once, progress at most once a second. */
export class Announcer {
  readonly #needs: { signals: NodeSignals; clock: Clock; logger: Logger }
  readonly #uploadId: string
  #toldAt = Number.NEGATIVE_INFINITY
  #due = false

  constructor(needs: { signals: NodeSignals; clock: Clock; logger: Logger }, uploadId: string) {
    this.#needs = needs
    this.#uploadId = uploadId
  }

  state(): void {
    this.#due = false
    this.#tell('state')
  }

  progress(): void {
    this.#due = true
    this.tick()
  }

  /** Tells what was held back, once its second is over. */
  tick(): void {
    const now = this.#needs.clock.now().getTime()
    if (!this.#due || now - this.#toldAt < PROGRESS_MS) return
    this.#due = false
    this.#toldAt = now
    this.#tell('progress')
  }

  // Signals may be lost, so nothing waits for one and a failure is only noted.
  #tell(kind: 'state' | 'progress'): void {
    const { signals, logger } = this.#needs
    const uploadId = this.#uploadId
    signals.announceChange({ uploadId, kind }).catch((error: unknown) => {
      logger.warn({ err: error, uploadId, kind }, 'a change was not announced')
    })
  }
}

import { type Clock, sleep } from '../clock.ts'
import { randomId } from '../random-id.ts'
import type { ResumeOptions, Shareable, Verb } from '../transfers/sharing.ts'
import { TransferError, type TransferFailure } from '../transfers/transfer-error.ts'
import type { TabNote } from './tab-note.ts'

const ASKING_MS = 2_000
const ASKED_AT_MOST = 30

interface Needs {
  readonly clock: Clock
  readonly post: (note: TabNote) => void
  /** Aborts with the session. */
  readonly over: AbortSignal
}

interface Waiting {
  readonly transfer: Shareable
  answer(failure: TransferFailure | undefined): void
  askAgain(): void
}

/** What is asked of leading tabs, and what they answer. They perform a call once, however often it is asked. */
export class TabCalls {
  readonly #needs: Needs
  readonly #waiting = new Map<string, Waiting>()
  readonly #performing = new Set<string>()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * Asks until there is an answer, a minute at most. False when the transfer has come to this tab meanwhile. Rejects with
   * what the leading tab answers, or with TransferError 503.
   */
  async ask(
    transfer: Shareable,
    { verb, file, isElsewhere }: ResumeOptions & { verb: Verb; isElsewhere: () => boolean },
  ): Promise<boolean> {
    const { kind, id } = transfer
    const call = randomId()
    for (let attempt = 0; attempt < ASKED_AT_MOST; attempt++) {
      if (!isElsewhere()) return false
      const answer = this.#answerTo(call, transfer)
      this.#needs.post({ type: 'ask', kind, id, call, verb, ...(file !== undefined && { file }) })
      const said = await answer
      if (said === 'ask again') continue
      if (said) throw new TransferError(said)
      return true
    }
    const message = 'The tab that leads the transfer does not answer'
    throw new TransferError({ code: 'unreachable', statusCode: 503, message, retryable: true })
  }

  /** Another tab leads it by now. */
  moved(transfer: Shareable): void {
    for (const each of this.#waiting.values()) if (each.transfer === transfer) each.askAgain()
  }

  answered({ call, failure }: TabNote & { type: 'answer' }): void {
    this.#waiting.get(call)?.answer(failure)
  }

  async perform(transfer: Shareable, { call, verb, file }: TabNote & { type: 'ask' }): Promise<void> {
    if (this.#performing.has(call)) return
    this.#performing.add(call)
    try {
      await transfer.perform(verb, { file })
      this.#needs.post({ type: 'answer', call })
    } catch (error) {
      this.#needs.post({ type: 'answer', call, failure: failureOf(error) })
    } finally {
      this.#performing.delete(call)
    }
  }

  #answerTo(call: string, transfer: Shareable): Promise<TransferFailure | 'ask again' | undefined> {
    const over = new AbortController()
    const patience = sleep(this.#needs.clock, ASKING_MS, AbortSignal.any([over.signal, this.#needs.over]))
    const answer = new Promise<TransferFailure | 'ask again' | undefined>((resolve) => {
      this.#waiting.set(call, { transfer, answer: resolve, askAgain: () => resolve('ask again') })
    })
    return Promise.race([answer, patience.then(() => 'ask again' as const)]).finally(() => {
      over.abort()
      this.#waiting.delete(call)
    })
  }
}

function failureOf(error: unknown): TransferFailure {
  if (error instanceof TransferError) return error.toJSON()
  return { code: 'failed', statusCode: 500, message: 'The client failed', retryable: true }
}

import type { AccountProcess } from './account-process.ts'
import { ProgressBar } from './progress-bar.ts'

/** Follows the progress of one run of an account, draws it, and remembers where it stood. */
export class ProgressWatch {
  /** Bytes at the latest progress: where it stopped, once it has. */
  last = 0
  readonly #bar: ProgressBar

  constructor(label: string, account: AccountProcess) {
    this.#bar = new ProgressBar(label)
    account.onNews((news) => {
      if (news.kind === 'progress') {
        this.last = news.bytes
        this.#bar.show(news.bytes, news.total)
      }
      if (news.kind === 'stopped' || news.kind === 'finished') this.endLine()
    })
  }

  /** What is said next begins below the bar. */
  endLine(): void {
    this.#bar.end()
  }
}

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AccountNews, AccountOrder } from './story.ts'

const PROGRAM = fileURLToPath(new URL('account.ts', import.meta.url))

/** A running account: its news as they come, and its end. */
export class AccountProcess {
  readonly #child: ChildProcess
  readonly #listeners = new Set<(news: AccountNews) => void>()

  constructor(order: AccountOrder) {
    this.#child = fork(PROGRAM, [JSON.stringify(order)], {
      execArgv: ['--conditions=@sluice/source', '--import=tsx'],
    })
    this.#child.on('message', (news) => {
      for (const listener of this.#listeners) listener(news as AccountNews)
    })
  }

  onNews(listener: (news: AccountNews) => void): void {
    this.#listeners.add(listener)
  }

  /** The first news of that kind. Rejects when the account fails, or ends without it. */
  async next<K extends AccountNews['kind']>(kind: K): Promise<Extract<AccountNews, { kind: K }>> {
    return new Promise((resolve, reject) => {
      this.#listeners.add((news) => {
        if (news.kind === kind) resolve(news as Extract<AccountNews, { kind: K }>)
        if (news.kind === 'failed') reject(new Error(news.message))
      })
      this.#child.once('exit', (code) => reject(new Error(`the account ended (${code}) before: ${kind}`)))
    })
  }

  /** Has it cancel what it sends. */
  cancel(): void {
    this.#child.send('cancel')
  }

  /** Resolves once the process has ended; one that takes longer than ten seconds is killed. */
  async ended(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
    await once(this.#child, 'exit')
    clearTimeout(late)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

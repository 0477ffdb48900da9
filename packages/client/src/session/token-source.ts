import { claimOf } from '../claim-of.ts'
import { type Clock, sleep } from '../clock.ts'
import { untilAborted } from '../until-aborted.ts'
import { ConnectError, type Login } from './connection.ts'

const ANSWER_MS = 30_000

/** Asks the app for tokens, one after the other: who asks while it is being asked gets the same answer. */
export class TokenSource {
  readonly #provider: () => Promise<string>
  readonly #clock: Clock
  #asking: Promise<string> | undefined

  constructor(needs: { provider: () => Promise<string>; clock: Clock }) {
    this.#provider = needs.provider
    this.#clock = needs.clock
  }

  /** A token, and whom it names, '' if nobody. Rejects with ConnectError. */
  async named(): Promise<{ user: string; token: string }> {
    const token = await this.next()
    const subject = claimOf(token, 'sub')
    return { user: typeof subject === 'string' ? subject : '', token }
  }

  /** What each stream is opened with; the first one by a `token` that is there already. */
  logins(username: string, token?: string): () => Promise<Login> {
    let first = token
    return async () => {
      const password = first ?? (await this.next())
      first = undefined
      return { username, password, byToken: true }
    }
  }

  /** Rejects with ConnectError, also after 30 s without an answer. */
  async next(): Promise<string> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    const over = new AbortController()
    const late = new ConnectError('unreachable', 'The tokenProvider does not answer')
    sleep(this.#clock, ANSWER_MS, over.signal).then(
      () => over.abort(late),
      () => {},
    )
    try {
      return await untilAborted(this.#asking, over.signal)
    } finally {
      over.abort()
    }
  }

  async #ask(): Promise<string> {
    let token: unknown
    try {
      token = await this.#provider()
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      throw new ConnectError('unreachable', message, { cause })
    }
    if (typeof token === 'string' && token !== '') return token
    throw new ConnectError('unreachable', 'The tokenProvider gave no token')
  }
}

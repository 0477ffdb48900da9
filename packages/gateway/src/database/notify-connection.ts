import pg from 'pg'
import type { Clock } from '../transfer/clock.ts'

const CHANNEL = 'sluice'
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000
const CHECK_EVERY_MS = 15_000
const ANSWER_WITHIN_MS = 2_000

interface NotifyConnectionNeeds {
  readonly url: string
  readonly clock: Clock
  readonly onPayload: (payload: string) => void
  /** Hears each time the connection broke or could not be made; it is tried again until `close`. */
  readonly onError: (error: Error) => void
}

/**
 * One connection that listens and notifies, of its own: LISTEN does not get through PgBouncer's transaction mode, and
 * NOTIFY inside the transactions of commits would make these wait for each other. Connects anew when it broke.
 */
export class NotifyConnection {
  readonly #needs: NotifyConnectionNeeds
  readonly #closed = new AbortController()
  readonly #stopChecking: () => void
  #client: pg.Client | undefined
  /** Settles when the statement before is answered: pg takes one at a time. */
  #turn: Promise<void> = Promise.resolve()
  #connecting: Promise<void>

  constructor(needs: NotifyConnectionNeeds) {
    this.#needs = needs
    this.#connecting = this.#connect()
    // Finds a connection that a stalled network keeps half open.
    this.#stopChecking = needs.clock.every(CHECK_EVERY_MS, () => void this.#ask('select 1'))
  }

  /** Settles when it listens for the first time, or is closed. */
  get ready(): Promise<void> {
    return this.#connecting
  }

  /** Never rejects: without a connection the payload is lost. */
  notify(payload: string): Promise<void> {
    return this.#ask('select pg_notify($1, $2)', [CHANNEL, payload])
  }

  async close(): Promise<void> {
    this.#stopChecking()
    this.#closed.abort()
    await Promise.all([this.#connecting, this.#turn])
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  #ask(text: string, values: string[] = []): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      const client = this.#client
      try {
        await client?.query(text, values)
      } catch (error) {
        this.#lost(client, error)
      }
    })
    return this.#turn
  }

  async #connect(): Promise<void> {
    const { signal } = this.#closed
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS)) {
      const client = this.#newClient()
      try {
        await client.connect()
        await client.query(`listen ${CHANNEL}`)
        this.#client = client
        return
      } catch (error) {
        this.#needs.onError(asError(error))
        await client.end().catch(() => {})
      }
      await this.#needs.clock.sleep(retryMs * (0.5 + Math.random() / 2), signal)
    }
  }

  #newClient(): pg.Client {
    const client = new pg.Client({
      connectionString: this.#needs.url,
      connectionTimeoutMillis: 10_000,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
      application_name: 'sluice signals',
    })
    client.on('notification', ({ payload }) => this.#needs.onPayload(payload ?? ''))
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, new Error('PostgreSQL ended the connection')))
    return client
  }

  /** Once for each connection, whichever of its errors comes first. */
  #lost(client: pg.Client | undefined, error: unknown): void {
    if (!client || client !== this.#client) return
    this.#client = undefined
    this.#needs.onError(asError(error))
    // With a statement unanswered, pg destroys the socket.
    client.end().catch(() => {})
    this.#connecting = this.#connect()
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

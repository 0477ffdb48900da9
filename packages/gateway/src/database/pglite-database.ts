import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { DatabaseError } from './database-error.ts'
import type { PgliteReply, PgliteRequest, PgliteWorkerData } from './pglite-messages.ts'
import { runTransaction } from './run-transaction.ts'
import type { Database, Sql } from './sql.ts'

export interface PgliteOptions {
  /** Hears that the worker died: nothing works any more, the process should end. */
  readonly onError?: (error: Error) => void
}

/**
 * `dataDir`: folder of the database, made when missing; the caller holds its lock (LEDGER rule 2). Absent: in memory.
 * The first opening of a folder sets it up (seconds); later ones recover it, as after a crash.
 */
export async function openPglite(dataDir?: string, options: PgliteOptions = {}): Promise<Database> {
  const workerData: PgliteWorkerData = { dataDir }
  const worker = new Worker(new URL('./pglite-worker.mjs', import.meta.url), { workerData, execArgv: [] })
  await once(worker, 'message')
  return new PgliteDatabase(worker, options.onError)
}

type Answer = Extract<PgliteReply, { type: 'rows' | 'closed' }>
type Waiting = { resolve(answer: Answer): void; reject(error: Error): void }

class PgliteDatabase implements Database {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  /** Settles when the transaction or statement before is over: PGlite has one connection. */
  #turn: Promise<unknown> = Promise.resolve()
  #dead: Error | undefined
  #closing: Promise<void> | undefined

  constructor(worker: Worker, onError?: (error: Error) => void) {
    this.#worker = worker
    worker.on('message', (reply: PgliteReply) => this.#settle(reply))
    worker.on('error', (error) => this.#die(new DatabaseError('the database failed', { cause: error })))
    worker.on('exit', () => {
      if (!this.#closing) onError?.(this.#dead ?? new DatabaseError('the database ended by itself'))
      this.#die(new DatabaseError('the database is closed'))
    })
  }

  query<Row extends object>(text: string, values?: readonly unknown[]) {
    return this.#inTurn(() => this.#run<Row>(text, values))
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#inTurn(() => runTransaction((text, values) => this.#run(text, values), work))
  }

  close(): Promise<void> {
    this.#closing ??= this.#inTurn(async () => {
      if (this.#dead) return
      const exited = once(this.#worker, 'exit')
      await this.#ask((id) => ({ type: 'close', id }))
      await this.#worker.terminate()
      await exited
    })
    return this.#closing
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  async #run<Row extends object>(text: string, values: readonly unknown[] = []) {
    const answer = await this.#ask((id) => ({ type: 'query', id, text, values }))
    if (answer.type !== 'rows') throw new DatabaseError('the database answered something else')
    return { rows: answer.rows as Row[], rowCount: answer.rowCount }
  }

  #ask(request: (id: number) => PgliteRequest): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#dead) return reject(this.#dead)
      const id = ++this.#lastId
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage(request(id))
    })
  }

  #settle(reply: PgliteReply): void {
    if (reply.type === 'ready') return
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (reply.type === 'failure') waiting?.reject(new DatabaseError(reply.message, reply))
    else waiting?.resolve(reply)
  }

  #die(error: Error): void {
    this.#dead ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#dead)
    this.#waiting.clear()
  }
}

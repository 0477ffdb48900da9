import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { freshDatabase } from '../../../../test/stack/servers.ts'
import type { Clock } from '../transfer/clock.ts'
import { describeNodeSignals } from '../transfer/node-signals.contract.ts'
import { NotifyConnection } from './notify-connection.ts'
import { openPostgres } from './postgres-database.ts'
import { PostgresNodeSignals } from './postgres-node-signals.ts'
import type { Database } from './sql.ts'

/** Real waiting, but what is done every so often is done when the test says so. */
class HandClock implements Clock {
  readonly #rhythms: { ms: number; run: () => void }[] = []

  now(): Date {
    return new Date()
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await sleep(ms, undefined, signal ? { signal } : {}).catch(() => {})
  }

  every(ms: number, run: () => void): () => void {
    this.#rhythms.push({ ms, run })
    return () => {}
  }

  pass(ms: number): void {
    for (const rhythm of this.#rhythms) if (rhythm.ms <= ms) rhythm.run()
  }
}

describeNodeSignals('PostgreSQL', async (context) => {
  const database = await freshDatabase(context)
  const clock = new HandClock()
  const open = (node: string) =>
    PostgresNodeSignals.open({ url: database.url, node, clock, onError: () => {} })
  const [a, b] = [await open('a'), await open('b')]
  return {
    nodes: [
      { id: 'a', signals: a },
      { id: 'b', signals: b },
    ],
    passSecond: () => clock.pass(1_000),
    async tearDown() {
      await Promise.all([a.close(), b.close()])
      await database.drop()
    },
  }
})

describe('PostgreSQL node signals', () => {
  let url: string
  let drop: () => Promise<void>
  let database: Database
  let near: PostgresNodeSignals
  let far: PostgresNodeSignals
  let errors: (error: unknown) => void
  const clock = new HandClock()

  before(async function () {
    ;({ url, drop } = await freshDatabase(this))
    database = await openPostgres(url)
    const onError = (error: unknown) => errors(error)
    near = await PostgresNodeSignals.open({ url, node: 'near', clock, onError })
    far = await PostgresNodeSignals.open({ url, node: 'far', clock, onError })
  })

  beforeEach(() => {
    errors = () => {}
  })

  after(async () => {
    await near?.close()
    await far?.close()
    await database?.close()
    await drop?.()
  })

  it('hold progress back for the second, and drop it for a state that comes meanwhile', async () => {
    const [moving, done] = [randomUUID(), randomUUID()]
    const heard: string[] = []
    const off = far.onChange(({ uploadId, kind }) => heard.push(`${kind} ${uploadId}`))
    await near.announceChange({ uploadId: moving, kind: 'progress' })
    await near.announceChange({ uploadId: moving, kind: 'progress' })
    await near.announceChange({ uploadId: done, kind: 'progress' })
    await near.announceChange({ uploadId: done, kind: 'state' })
    await until(far, done)
    expect(heard).to.deep.equal([`state ${done}`])
    clock.pass(1_000)
    await until(far, moving)
    off()
    expect(heard).to.deep.equal([`state ${done}`, `progress ${moving}`])

    function until(signals: PostgresNodeSignals, wanted: string): Promise<void> {
      if (heard.some((line) => line.endsWith(wanted))) return Promise.resolve()
      return new Promise((resolve) => {
        const stop = signals.onChange(({ uploadId }) => {
          if (uploadId !== wanted) return
          stop()
          resolve()
        })
      })
    }
  })

  it('survive what others say on the channel', async () => {
    for (const payload of ['', '{', 'null', '{"type":"stop"}', JSON.stringify({ type: 'later', from: 'x' })])
      await database.query('select pg_notify($1, $2)', ['sluice', payload])
    const uploadId = randomUUID()
    const heard = new Promise<string>((resolve) => {
      const off = far.onStopAsked((id) => {
        off()
        resolve(id)
      })
    })
    await near.askToStop('far', uploadId)
    expect(await heard).to.equal(uploadId)
  })

  it('listen again after the connection broke, and lose what was said meanwhile without an error', async () => {
    const broke = new Promise<void>((resolve) => {
      errors = () => resolve()
    })
    await database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sluice signals' and datname = current_database()",
    )
    await broke
    await near.announceMail('lost@localhost')
    const heard = new Promise<void>((resolve) => {
      const off = far.onMail((bareJid) => {
        if (bareJid !== 'again@localhost') return
        off()
        resolve()
      })
    })
    const said = new AbortController()
    const saying = (async () => {
      while (!said.signal.aborted) {
        await near.announceMail('again@localhost')
        await clock.sleep(20, said.signal)
      }
    })()
    await heard
    said.abort()
    await saying
  })

  it('close while the database is away', async () => {
    const nowhere = new URL(url)
    nowhere.port = '1'
    let fail: (error: Error) => void = () => {}
    const failed = new Promise<Error>((resolve) => {
      fail = resolve
    })
    const connection = new NotifyConnection({
      url: nowhere.href,
      clock,
      onPayload: () => {},
      onError: (error) => fail(error),
    })
    expect((await failed).message).to.contain('ECONNREFUSED')
    await connection.notify('heard by nobody')
    await connection.close()
  })
})

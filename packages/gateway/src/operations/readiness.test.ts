import { expect } from 'chai'
import { readiness } from './readiness.ts'

describe('readiness', () => {
  const warned: object[] = []
  const logger = { debug() {}, info() {}, warn: (fields: object) => warned.push(fields), error() {} }
  const fine = { check: async () => {} }
  const away = {
    check: async () => {
      throw new Error('connection refused')
    },
  }
  const silent = { check: () => new Promise<void>(() => {}) }

  beforeEach(() => warned.splice(0))

  it('is there when the database and the store answer', async () => {
    const ready = readiness({ ledger: fine, store: fine, logger })
    expect(await ready(AbortSignal.timeout(5_000))).to.deep.equal({ database: true, store: true })
    expect(warned).to.deep.equal([])
  })

  it('tells which one fails, and logs why', async () => {
    expect(await readiness({ ledger: away, store: fine, logger })(AbortSignal.timeout(5_000))).to.deep.equal({
      database: false,
      store: true,
    })
    expect(warned).to.have.length(1)
    expect(warned[0]).to.have.property('dependency', 'database')
  })

  it('does not wait longer than it is told to', async () => {
    const over = new AbortController()
    const asked = readiness({ ledger: silent, store: silent, logger })(over.signal)
    over.abort(new Error('too late'))
    expect(await asked).to.deep.equal({ database: false, store: false })
    expect(await readiness({ ledger: silent, store: fine, logger })(over.signal)).to.include({
      database: false,
    })
  })
})

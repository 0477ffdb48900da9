import { expect } from 'chai'
import { HandClock } from '../../test/transfer/hand-clock.ts'
import { refusalOf } from '../../test/transfer/transfer-bed.ts'
import type { BudgetAccount } from './budget-account.ts'
import { MemoryBudget } from './memory-budget.ts'

const KIB = 1024
const MIB = 1024 * KIB

describe('MemoryBudget', () => {
  let clock: HandClock
  let budget: MemoryBudget

  beforeEach(() => {
    clock = new HandClock()
  })

  afterEach(() => budget.close())

  function make(bytes: number): MemoryBudget {
    budget = new MemoryBudget({ bytes, clock })
    return budget
  }

  /** A body that cuts when told, and notes it. */
  async function open(events: string[] = [], name = 'body', canCut = true): Promise<BudgetAccount> {
    const account = await budget.open()
    account.attach({
      canCut: () => canCut,
      cut: () => {
        account.moveToPut()
        events.push(`${name} cut`)
      },
      room: () => events.push(`${name} reads on`),
    })
    return account
  }

  it('grants one socket read before it happens, and settles it on the data', async () => {
    make(MIB)
    const account = await open()
    expect(account.reserve()).to.equal(true)
    expect(account.reserve()).to.equal(true)
    expect(budget.totalBytes).to.equal(64 * KIB)
    account.charge(1000)
    expect(budget.totalBytes).to.equal(1000)
    account.close()
    expect(budget.totalBytes).to.equal(0)
  })

  it('charges small buffers what they cost (rule 10)', async () => {
    make(MIB)
    const account = await open()
    account.charge(1)
    account.charge(511)
    account.charge(513)
    expect(account.held).to.equal(512 + 512 + 513)
  })

  it('aims at chunks of 8 MiB alone and of 128 KiB in a crowd', async () => {
    make(64 * MIB)
    expect(budget.targetBytes).to.equal(8 * MIB)
    const crowd = await Promise.all(Array.from({ length: 256 }, () => open()))
    for (const account of crowd) account.charge(1000)
    expect(budget.shareBytes).to.equal(256 * KIB)
    expect(budget.targetBytes).to.equal(128 * KIB)
    for (const account of crowd.slice(16)) account.close()
    expect(budget.targetBytes).to.equal(2 * MIB)
  })

  it('holds no more of one upload than a pending chunk and those in PUTs', async () => {
    make(256 * MIB)
    const account = await open([], 'body', false)
    for (let put = 0; put < 3; put++) {
      account.charge(8 * MIB)
      account.moveToPut()
    }
    expect(account.reserve()).to.equal(true)
    account.charge(8 * MIB)
    expect(account.isFull).to.equal(true)
    expect(account.reserve()).to.equal(false)
  })

  it('lets a body read on when a PUT gave its memory back', async () => {
    const events: string[] = []
    make(MIB)
    const account = await open(events)
    account.charge(960 * KIB)
    const cost = account.moveToPut()
    account.charge(64 * KIB)
    expect(account.reserve()).to.equal(false)
    account.release(cost)
    expect(events).to.deep.equal(['body reads on'])
    expect(budget.totalBytes).to.equal(128 * KIB)
  })

  it('wakes those who hold least first, while there is room', async () => {
    const events: string[] = []
    make(MIB)
    const [big, small, none] = [
      await open(events, 'big'),
      await open(events, 'small'),
      await open(events, 'none'),
    ]
    const full = await open(events, 'full')
    big.charge(60 * KIB)
    small.charge(20 * KIB)
    full.charge(900 * KIB)
    const cost = full.moveToPut()
    for (const account of [big, none, small]) expect(account.reserve()).to.equal(false)
    full.charge(10 * KIB)
    full.release(60 * KIB)
    expect(events).to.deep.equal(['none reads on'])
    events.length = 0
    full.release(cost - 60 * KIB)
    expect(events).to.deep.equal(['small reads on', 'big reads on'])
  })

  it('cuts the largest pending above 95 %, else the oldest when all are small', async () => {
    const events: string[] = []
    make(MIB)
    const small = await open(events, 'small')
    small.charge(10 * KIB)
    clock.pass(10)
    const large = await open(events, 'large')
    large.charge(200 * KIB)
    large.relieve()
    expect(events).to.deep.equal([])
    const holder = await open(events, 'holder', false)
    holder.charge(760 * KIB)
    holder.relieve()
    expect(events).to.deep.equal([])
    holder.charge(10 * KIB)
    holder.relieve()
    holder.relieve()
    holder.relieve()
    expect(events).to.deep.equal(['large cut', 'small cut'])
  })

  it('cuts the oldest when readers have waited a second, by timer', async () => {
    const events: string[] = []
    make(MIB)
    const holder = await open(events, 'holder', false)
    holder.charge(1000 * KIB)
    const old = await open(events, 'old')
    old.charge(1 * KIB)
    clock.pass(10)
    const young = await open(events, 'young')
    young.charge(1 * KIB)
    clock.pass(5_000)
    expect(events).to.deep.equal([])
    const waiting = await open(events, 'waiting')
    expect(waiting.reserve()).to.equal(false)
    clock.pass(900)
    expect(events).to.deep.equal([])
    clock.pass(500)
    expect(events[0]).to.equal('old cut')
  })

  it('admits a new body when one leaves, and refuses it after 10 s', async () => {
    make(512 * KIB)
    const [one] = [await open(), await open()]
    const third = budget.open()
    const fourth = budget.open()
    one?.close()
    await third
    expect(await refusalOf(clock.passUntil(fourth, 1_000, () => false))).to.equal('over-budget')
  })

  it('admits in turn, and no more than there is room for', async () => {
    make(256 * KIB)
    const one = await budget.open()
    const admitted: number[] = []
    const admit = async (turn: number) => {
      const account = await budget.open()
      admitted.push(turn)
      return account
    }
    const waiting = [1, 2].map(admit)
    one.close()
    const second = await waiting[0]
    expect(admitted).to.deep.equal([1])
    second?.close()
    await waiting[1]
    expect(admitted).to.deep.equal([1, 2])
  })

  it('lets go of a body that no longer waits', async () => {
    make(256 * KIB)
    await budget.open()
    const gone = new AbortController()
    const waiting = budget.open(gone.signal).catch((error: Error) => error.message)
    gone.abort(new Error('the client went'))
    expect(await waiting).to.equal('the client went')
  })

  it('always lets one body in and reads one piece, however small the budget', async () => {
    make(1)
    const account = await open()
    expect(account.reserve()).to.equal(true)
  })
})

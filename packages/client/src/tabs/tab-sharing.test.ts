import { expect } from 'chai'
import { inProcessTabs } from '../../test/in-process-tabs.ts'
import { ScriptedGateway } from '../../test/scripted-gateway.ts'
import { failureOf, log, reaches, sampleBytes, sendFile, uploadBench } from '../../test/upload-bench.ts'
import { type Clock, systemClock } from '../clock.ts'
import { openMemoryStore } from '../persistence/memory-store.ts'
import type { Store } from '../persistence/store.ts'
import type { Upload } from '../transfers/upload.ts'
import type { Uploads } from '../transfers/uploads.ts'
import { Unreachable } from '../unreachable.ts'
import { TabSharing } from './tab-sharing.ts'
import type { OpenTabs } from './tabs.ts'

const ACCOUNT = 'alice@example.org'
const bytes = sampleBytes(3 * 1024 * 1024)
const nothing = { get: () => undefined, adopt: () => expect.fail('There are no downloads') }

describe('the tabs of an account', () => {
  let gateway: ScriptedGateway
  let store: Store
  let openTabs: OpenTabs
  let open: { end(): Promise<void> }[]
  beforeEach(() => {
    gateway = new ScriptedGateway()
    store = openMemoryStore({ isShared: true })
    openTabs = inProcessTabs()
    open = []
  })
  afterEach(() => Promise.all(open.map((tab) => tab.end())))

  async function tab({ clock = systemClock }: { clock?: Clock } = {}) {
    const tabs = await openTabs(ACCOUNT)
    const sharing = new TabSharing({ tabs, clock, log, onLogout: () => {} })
    const { uploads } = await uploadBench({ gateway, store: await store.open(ACCOUNT), sharing })
    sharing.begin({ upload: uploads, download: nothing })
    const opened = {
      uploads,
      /** Without a word to the others. */
      async end() {
        sharing.end()
        await uploads.end(new Error('dead'))
        tabs.close()
      },
    }
    open.push(opened)
    return opened
  }

  /** The upload as another tab shows it. */
  async function shown(uploads: Uploads, id = 'm1'): Promise<Upload> {
    for (;;) {
      const upload = uploads.get(id)
      if (upload) return upload
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  /** One that stands still in the middle, with `committed` bytes at the gateway. */
  async function inTheMiddle(uploads: Uploads, committed = 1024) {
    const patch = gateway.hold('PATCH')
    const upload = sendFile(uploads, { file: new Blob([bytes]) })
    await patch.reached
    const held = gateway.upload.get('u-m1')
    if (held) held.bytes = bytes.slice(0, committed)
    return { upload, release: patch.release }
  }

  it('show what one of them sends, to its end', async () => {
    const [one, other] = [await tab(), await tab()]
    const { upload, release } = await inTheMiddle(one.uploads, 0)
    const mirror = await shown(other.uploads)
    await reaches(mirror, 'active')
    expect(mirror.progress.total).to.equal(bytes.length)
    release()
    const message = await upload.done
    expect(await mirror.done).to.deep.equal(message)
    expect(mirror.progress.committed).to.equal(bytes.length)
    expect(gateway.messages).to.have.length(1)
  })

  it('see in a new one what the others are doing', async () => {
    // It tells of no progress by itself.
    const one = await tab({ clock: { now: Date.now, after: () => () => {} } })
    await inTheMiddle(one.uploads)
    const late = await tab()
    await reaches(await shown(late.uploads), 'active')
  })

  it('stop it and go on with it from any of them', async () => {
    const [one, other] = [await tab(), await tab()]
    const { upload } = await inTheMiddle(one.uploads)
    const mirror = await shown(other.uploads)
    await mirror.pause()
    expect([upload.state, mirror.state]).to.deep.equal(['paused', 'paused'])
    expect(gateway.upload.get('u-m1')?.state).to.equal('cancelled')
    await mirror.resume()
    await Promise.all([upload.done, mirror.done])
    expect(gateway.messages).to.have.length(1)
  })

  it('discard it from any of them', async () => {
    const [one, other] = [await tab(), await tab()]
    const { upload } = await inTheMiddle(one.uploads)
    const mirror = await shown(other.uploads)
    await mirror.discard()
    expect(await failureOf(upload.done)).to.include({ code: 'discarded' })
    expect(await failureOf(mirror.done)).to.include({ code: 'discarded' })
    expect([one.uploads.list(), other.uploads.list()]).to.deep.equal([[], []])
  })

  it('show to nobody, and leave alone, what was discarded before the gateway heard of it', async () => {
    const dead = await tab()
    const { upload } = await inTheMiddle(dead.uploads)
    gateway.goOffline()
    gateway.httpIsDown = true
    await upload.discard()
    await dead.end()
    gateway.httpIsDown = false
    const [one, other] = [await tab(), await tab()]
    gateway.refuse('discard', new Unreachable('again'))
    const told = gateway.hold('discard')
    gateway.goOnline()
    await told.reached
    told.release()
    const next = sendFile(one.uploads, { id: 'm2', file: new Blob(['hello']) })
    await Promise.all([next.done, shown(other.uploads, 'm2').then(({ done }) => done)])
    expect([one, other].map(({ uploads }) => uploads.get('m1'))).to.deep.equal([undefined, undefined])
    await one.end()
    gateway.goOnline()
    await other.end()
    expect(other.uploads.list().map(({ id }) => id)).to.deep.equal(['m2'])
    expect(gateway.asked.filter((step) => step === 'offer')).to.have.length(2)
    expect(gateway.asked.at(-1)).to.equal('discard')
  })

  it('get the answer of the one that leads when that is a no', async () => {
    const [one, other] = [await tab(), await tab()]
    gateway.refuse('offer', new Error('a bug'))
    const upload = sendFile(one.uploads, { file: new Blob([bytes]) })
    await failureOf(upload.done)
    const mirror = await shown(other.uploads)
    await reaches(mirror, 'failed')
    expect(await failureOf(mirror.pause())).to.include({ code: 'already_failed', statusCode: 409 })
  })

  it('take over when the one that leads dies, with its file, at the committed byte', async () => {
    const [one, other] = [await tab(), await tab()]
    await inTheMiddle(one.uploads)
    const mirror = await shown(other.uploads)
    await reaches(mirror, 'active')
    const states: string[] = []
    mirror.on('state', () => states.push(mirror.state))
    await one.end()
    const message = await mirror.done
    expect(message.msgId).to.equal('m1')
    expect(states.slice(0, 1)).to.deep.equal(['pending'])
    expect(gateway.upload.get('u-m1')?.bytes).to.deep.equal(Buffer.from(bytes))
    expect(gateway.messages).to.have.length(1)
  })

  it('leave paused what was paused when the one that led it dies', async () => {
    const [one, other] = [await tab(), await tab()]
    const { upload } = await inTheMiddle(one.uploads)
    const mirror = await shown(other.uploads)
    await upload.pause()
    await reaches(mirror, 'paused')
    await one.end()
    await mirror.resume()
    await mirror.done
  })

  it('hear at once of a request that its leader did not live to answer', async () => {
    const [one, other] = [await tab(), await tab()]
    await inTheMiddle(one.uploads)
    const mirror = await shown(other.uploads)
    await reaches(mirror, 'active')
    const dying = one.end()
    const paused = mirror.pause()
    await Promise.all([dying, paused])
    expect(mirror.state).to.equal('paused')
  })

  it('join when two of them send under one id', async () => {
    const [one, other] = [await tab(), await tab()]
    const first = sendFile(one.uploads, { file: new Blob([bytes]) })
    const second = sendFile(other.uploads, { file: new Blob([bytes]) })
    expect(await second.done).to.deep.equal(await first.done)
    expect(gateway.messages).to.have.length(1)
  })

  it('have one that goes on with what a dead page left', async () => {
    const dead = await tab()
    await inTheMiddle(dead.uploads)
    await dead.end()
    const [one, other] = [await tab(), await tab()]
    for (const { uploads } of [one, other]) await uploads.goOn()
    for (const { uploads } of [one, other])
      expect(await failureOf((await shown(uploads)).done)).to.include({ code: 'file_required' })
    await (await shown(other.uploads)).resume({ file: new Blob([bytes]) })
    await Promise.all([one, other].map(async ({ uploads }) => (await shown(uploads)).done))
    expect(gateway.messages).to.have.length(1)
  })

  it('fails what nobody can tell who leads, and ends all the same', async () => {
    const lead = () => Promise.reject(new Error('This page has no locks'))
    const sharing = { lead, isElsewhere: () => false, ask: lead as () => Promise<never> }
    const { uploads } = await uploadBench({ gateway, sharing })
    expect(await failureOf(sendFile(uploads, { file: new Blob([bytes]) }).done)).to.include({
      code: 'failed',
    })
    await uploads.end(new Error('over'))
  })
})

import { expect } from 'chai'
import { inProcessTabs } from '../test/in-process-tabs.ts'
import { ScriptedGateway } from '../test/scripted-gateway.ts'
import { ScriptedServer } from '../test/scripted-server.ts'
import { failureOf, sha256 } from '../test/upload-bench.ts'
import { ClientCore } from './client-core.ts'
import type { ClientOptions } from './client-options.ts'
import { systemClock } from './clock.ts'
import { headerMediaCare } from './media/header-media-care.ts'
import { openMemoryStore } from './persistence/memory-store.ts'
import type { AccountStore, Store } from './persistence/store.ts'
import { openNodeFile } from './transfers/open-node-file.ts'
import type { UploadRecord } from './transfers/upload-record.ts'

const alice = { username: 'alice', password: 'secret' }

const open: ClientCore[] = []

/** The pages of one browser, each with a client and a server that it talks to. */
function browser() {
  const store = openMemoryStore({ isShared: true })
  const openTabs = inProcessTabs()
  const page = ({
    resumesOnConnect = true,
    ...options
  }: { resumesOnConnect?: boolean } & ClientOptions = {}) => {
    const server = new ScriptedServer()
    const core = new ClientCore(
      {
        clock: systemClock,
        WebSocket: server.WebSocket,
        openTransport: async () => new ScriptedGateway().transport,
        sha256,
        openFile: openNodeFile,
        mediaCare: async () => headerMediaCare,
        defaultStore: () => store,
        openTabs,
        resumesOnConnect,
        random: () => 0,
      },
      { serverUrl: 'http://localhost', ...options },
    )
    open.push(core)
    return { core, server }
  }
  return { store, page }
}

/** What a page leaves that dies in mid-upload. */
async function leaveUpload(store: Store, over: Partial<UploadRecord> = {}): Promise<void> {
  const held = await store.open('alice@localhost')
  const record: UploadRecord = {
    id: 'm1',
    to: 'bob@localhost',
    kind: 'file',
    intent: { chat: 'chat' },
    createdAt: Date.now(),
    state: 'unfinished',
    committed: 0,
    hashIsOver: false,
    ...over,
  }
  await held.put('uploads', record.id, record)
  await held.close()
}

/** What the client asked the server for. */
const resourceOf = ({ server }: { server: ScriptedServer }) =>
  /<resource>(.*?)<\/resource>/.exec(server.latest.received.join(''))?.[1] ??
  expect.fail('none was asked for')

describe('a client in several tabs', () => {
  afterEach(() => Promise.all(open.splice(0).map((core) => core.close())))

  it('has a resource of its own in each, and the first one its old one again', async () => {
    const { page } = browser()
    const [first, second] = [page(), page()]
    await first.core.connect(alice)
    await second.core.connect(alice)
    const old = resourceOf(first)
    expect(resourceOf(second)).to.not.equal(old)
    await Promise.all([first.core.close(), second.core.close()])
    const later = page()
    await later.core.connect(alice)
    expect(resourceOf(later)).to.equal(old)
  })

  it('is logged out in all of them at once, and its store is empty then', async () => {
    const { page, store } = browser()
    const [first, second] = [page(), page()]
    await first.core.connect(alice)
    await second.core.connect(alice)
    await first.core.logout()
    expect(second.core.state).to.equal('offline')
    expect(() => second.core.account).to.throw('You are not logged in')
    const held: AccountStore = await store.open('alice@localhost')
    expect(await held.entries('device')).to.deep.equal([])
    await second.core.logout()
  })

  it('is logged out in the others also by a tab that had closed its session', async () => {
    const { page } = browser()
    const [first, second] = [page(), page()]
    await first.core.connect(alice)
    await first.core.close()
    await second.core.connect(alice)
    await first.core.logout()
    expect(second.core.state).to.equal('offline')
  })

  it('goes on after connect with what ran, and leaves what was paused', async () => {
    for (const [over, state] of [
      [{}, 'failed'], // Its file is gone.
      [{ paused: true }, 'paused'],
    ] as const) {
      const { page, store } = browser()
      await leaveUpload(store, over)
      const { core } = page()
      await core.connect(alice)
      const [upload] = core.account.uploads.list()
      if (state === 'failed') await failureOf(upload?.done ?? Promise.resolve())
      expect(upload?.state).to.equal(state)
    }
  })

  it('goes on with nothing where the app, or the platform, says so', async () => {
    for (const how of [{ resumeOnConnect: false }, { resumesOnConnect: false }]) {
      const { page, store } = browser()
      await leaveUpload(store)
      const { core } = page(how)
      await core.connect(alice)
      expect(core.account.uploads.get('m1')?.state).to.equal('paused')
    }
  })

  it('tells its app once when the store goes on in memory', async () => {
    const { page, store } = browser()
    const trouble = { code: 'storage_full', message: 'full' } as const
    const full: Store = {
      open(account, report) {
        report?.(trouble)
        report?.(trouble)
        return store.open(account)
      },
    }
    const { core } = page({ store: full })
    const told: unknown[] = []
    core.events.storage.add((value) => told.push(value))
    await core.connect(alice)
    expect(told).to.deep.equal([trouble])
  })
})

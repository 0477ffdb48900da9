import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { ChatNews, NodeSignals, UploadChange } from './node-signals.ts'

interface NodeSignalsFixture {
  /** Every node of one database: one where the database is embedded, else two. */
  readonly nodes: readonly { readonly id: string; readonly signals: NodeSignals }[]
  /** Lets the second of batched progress pass. */
  passSecond(): void
  tearDown(): Promise<void>
}

/** Every duty of {@link NodeSignals}; an adapter's test is one call of this. */
export function describeNodeSignals(
  name: string,
  setUp: (context: Mocha.Context) => Promise<NodeSignalsFixture>,
) {
  describe(`${name} as node signals`, () => {
    let fixture: NodeSignalsFixture
    let first: NodeSignalsFixture['nodes'][number]
    let last: NodeSignalsFixture['nodes'][number]

    before(async function () {
      fixture = await setUp(this)
      first = fixture.nodes[0] as typeof first
      last = fixture.nodes.at(-1) as typeof last
    })

    after(() => fixture?.tearDown())

    it('asks the node that is named, and no other, to stop a writer', async () => {
      const uploadId = randomUUID()
      const heard: string[] = []
      const offs = fixture.nodes.map(({ id, signals }) =>
        signals.onStopAsked((asked) => heard.push(`${id} ${asked}`)),
      )
      const asked = next((listener) => last.signals.onStopAsked(listener), uploadId)
      await first.signals.askToStop(last.id, uploadId)
      await asked
      const own = next((listener) => first.signals.onStopAsked(listener), uploadId)
      await first.signals.askToStop(first.id, uploadId)
      await own
      await settle()
      for (const off of offs) off()
      expect(heard).to.deep.equal([`${last.id} ${uploadId}`, `${first.id} ${uploadId}`])
    })

    it('settles when it asks a node that is not there', async () => {
      await first.signals.askToStop('gone', randomUUID())
    })

    it('tells every node, the own one too, of a state that changed', async () => {
      const change: UploadChange = { uploadId: randomUUID(), kind: 'state' }
      const heard = fixture.nodes.map(({ signals }) => nextChange(signals, change.uploadId))
      await first.signals.announceChange(change)
      expect(await Promise.all(heard)).to.deep.equal(fixture.nodes.map(() => change))
    })

    it('tells every node of progress, of many uploads at once', async () => {
      const ids = Array.from({ length: 400 }, () => randomUUID())
      const heard = fixture.nodes.flatMap(({ signals }) => ids.map((id) => nextChange(signals, id)))
      for (const uploadId of ids) await first.signals.announceChange({ uploadId, kind: 'progress' })
      fixture.passSecond()
      for (const { kind } of await Promise.all(heard)) expect(kind).to.equal('progress')
    })

    it('tells every node of mail for an address of any script', async () => {
      const bareJid = `žofie-${randomUUID()}@例え.テスト`
      const heard = fixture.nodes.map(({ signals }) => next((listener) => signals.onMail(listener), bareJid))
      await first.signals.announceMail(bareJid)
      await Promise.all(heard)
    })

    const news: ChatNews[] = [
      { kind: 'presence', origin: 'a', full: 'žofie@例え.テスト/phone "1"' },
      { kind: 'contact', account: 'a@b', jid: 'c@d', push: true, stanzas: ['subscribed'], presence: 'show' },
      { kind: 'contact', account: 'a@b', jid: 'c@d', push: false, stanzas: [] },
      { kind: 'copy', origin: 'a', account: 'a@b', id: '17', way: 'sent' },
    ]
    for (const told of news) {
      it(`tells every node of ${told.kind} news as it is: ${Object.keys(told)}`, async () => {
        const heard = fixture.nodes.map(
          ({ signals }) =>
            new Promise<ChatNews>((resolve) => {
              const off = signals.onNews((received) => {
                off()
                resolve(received)
              })
            }),
        )
        await first.signals.announceNews(told)
        expect(await Promise.all(heard)).to.deep.equal(fixture.nodes.map(() => told))
      })
    }

    it('contains what a listener throws, and still tells the others', async () => {
      const change: UploadChange = { uploadId: randomUUID(), kind: 'state' }
      const offs = fixture.nodes.map(({ signals }) =>
        signals.onChange(() => {
          throw new Error('a listener that fails, as the test wants it')
        }),
      )
      const heard = fixture.nodes.map(({ signals }) => nextChange(signals, change.uploadId))
      await first.signals.announceChange(change)
      await Promise.all(heard)
      for (const off of offs) off()
    })

    it('no longer tells who stopped listening', async () => {
      const heard: UploadChange[] = []
      const offs = fixture.nodes.map(({ signals }) => signals.onChange((change) => heard.push(change)))
      for (const off of offs) off()
      await first.signals.announceChange({ uploadId: randomUUID(), kind: 'state' })
      await settle()
      expect(heard).to.deep.equal([])
    })

    /** Signals of one node come in their order: once this one is there, those before it are. */
    async function settle(): Promise<void> {
      const uploadId = randomUUID()
      const heard = fixture.nodes.map(({ signals }) => nextChange(signals, uploadId))
      await first.signals.announceChange({ uploadId, kind: 'state' })
      await Promise.all(heard)
    }
  })
}

function next(listen: (listener: (value: string) => void) => () => void, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    const off = listen((value) => {
      if (value !== wanted) return
      off()
      resolve()
    })
  })
}

function nextChange(signals: NodeSignals, uploadId: string): Promise<UploadChange> {
  return new Promise((resolve) => {
    const off = signals.onChange((change) => {
      if (change.uploadId !== uploadId) return
      off()
      resolve(change)
    })
  })
}

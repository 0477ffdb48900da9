import { expect } from 'chai'
import { alice, clientBench, mediaMessages } from '../test/client-bench.ts'
import { failureOf } from '../test/upload-bench.ts'
import type { Contact } from './contacts/contact.ts'

describe('a client', () => {
  it('waits for its own session to come back when it is connected again meanwhile', async () => {
    const { core, server, clock, reaches } = clientBench()
    await core.connect(alice)
    const { account } = core
    const lost = reaches('connecting')
    server.latest.drop()
    await lost
    const connecting = core.connect(alice)
    await clock.move(250)
    await connecting
    expect(core.account).to.equal(account)
    expect(server.sockets).to.have.length(2)
    await core.close()
  })

  it('answers 503 after 15 s of that, and stays logged in', async () => {
    const { core, server, clock, reaches } = clientBench()
    await core.connect(alice)
    const { account } = core
    const lost = reaches('connecting')
    server.isUp = false
    server.latest.drop()
    await lost
    const failure = failureOf(core.connect(alice))
    await clock.move(15_000)
    expect(await failure).to.include({ statusCode: 503, code: 'unreachable', retryable: true })
    expect(core.account).to.equal(account)
    expect(account.endedBy).to.equal(undefined)
    await core.close()
  })

  it('refuses a wrong password also while it is online', async () => {
    const { core } = clientBench()
    await core.connect(alice)
    await core.connect(alice)
    expect(await failureOf(core.connect({ ...alice, password: 'wrong' }))).to.include({ statusCode: 401 })
  })

  it('logs in anew after another client took its place', async () => {
    const { core, server, reaches } = clientBench()
    await core.connect(alice)
    const replaced = reaches('offline')
    server.latest.refuse('conflict')
    await replaced
    await core.connect(alice)
    expect(core.state).to.equal('online')
    await core.close()
  })

  it('shows nothing and remembers nothing after a logout, whatever came before it', async () => {
    const { core, server, store } = clientBench()
    const shown: string[] = []
    const gone = new Promise<void>((resolve) => {
      core.events.message.add(({ msgId }) => {
        shown.push(msgId)
        if (shown.length === 1) resolve(core.logout())
      })
    })
    await core.connect(alice)
    server.latest.say(...mediaMessages(5))
    await gone
    expect(shown).to.deep.equal(['m0'])
    const held = await store.open('alice@localhost')
    for (const table of ['media', 'seen', 'conversations'] as const)
      expect(await held.entries(table)).to.deep.equal([])
  })

  it('shows before the end of a session all that came in it', async () => {
    const { core, server, store } = clientBench()
    const shown: string[] = []
    core.events.message.add(({ msgId }) => shown.push(msgId))
    await core.connect(alice)
    server.latest.say(...mediaMessages(5))
    await core.close()
    expect(shown).to.deep.equal(['m0', 'm1', 'm2', 'm3', 'm4'])
    const held = await store.open('alice@localhost')
    expect(await held.entries('media')).to.have.length(5)
    // The server has no archive.
    const kept = (await held.get('conversations', 'bob@localhost')) as unknown[]
    expect(kept).to.have.length(5)
  })

  it('reads the contacts once somebody listens for them, and again for the next account', async () => {
    const { core, server } = clientBench()
    const told: (readonly Contact[])[] = []
    core.events.contacts.add((contacts) => told.push(contacts))
    await core.connect(alice)
    server.latest.say('<presence from="bob@localhost" type="subscribe"/>')
    const next = () => new Promise<void>((resolve) => core.events.contacts.add(() => resolve()))
    const first = next()
    core.watchContacts()
    await first
    expect(told.at(-1)?.map(({ jid, asking }) => [jid, asking])).to.deep.equal([['bob@localhost', true]])
    await core.close()
    const second = next()
    await core.connect(alice)
    await second
    await core.close()
  })

  it('forgets by a logout who was logged in last', async () => {
    const { core, store } = clientBench()
    await core.connect(alice)
    await core.close()
    await core.logout()
    const held = await store.open('alice@localhost')
    expect(await held.entries('device')).to.deep.equal([])
  })

  describe('with a provider of tokens', () => {
    const jwt = (claims: object, signature = 'c2ln') =>
      `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`

    function byTokens() {
      let asked = 0
      let atOnce = 0
      let failure: Error | undefined
      const next = () => jwt({ sub: 'alice' }, String(asked))
      const bench = clientBench(async () => {
        asked += 1
        atOnce += 1
        await new Promise((resolve) => setImmediate(resolve))
        expect(atOnce).to.equal(1)
        atOnce -= 1
        if (failure) throw failure
        const token = next()
        bench.server.tokens.add(token)
        return token
      })
      bench.server.mechanisms = ['OAUTHBEARER']
      return {
        ...bench,
        get asked() {
          return asked
        },
        fail(error: Error | undefined) {
          failure = error
        },
      }
    }

    it('needs no password, and no name', async () => {
      for (const credentials of [undefined, {}, { username: 'alice' }, { username: 'alice@localhost' }]) {
        const bench = byTokens()
        await bench.core.connect(credentials)
        expect(bench.core.account.session.account).to.equal('alice@localhost')
        expect(bench.asked).to.equal(1)
        await bench.core.close()
      }
    })

    it('gets a new token for each connection', async () => {
      const { core, server, clock, reaches } = byTokens()
      await core.connect()
      for (let time = 0; time < 2; time++) {
        const [lost, back] = [reaches('connecting'), reaches('online')]
        server.tokens.clear()
        server.latest.refuse('reset')
        await lost
        // Only what is left of it; the provider answers meanwhile.
        for (let turn = 0; turn < 4; turn++) await clock.move(250)
        await back
        expect(server.tokens.size).to.equal(1)
      }
      await core.close()
    })

    it('stays as it is when it is connected again', async () => {
      const bench = byTokens()
      await bench.core.connect()
      await bench.core.connect()
      await bench.core.connect({ username: 'alice' })
      expect(bench.server.sockets).to.have.length(1)
      await bench.core.close()
    })

    it('says 401 when the token is refused, and 503 with the message when there is none', async () => {
      const refused = byTokens()
      const { tokens } = refused.server
      tokens.add = () => tokens
      for (const credentials of [undefined, { username: 'alice' }])
        expect(await failureOf(refused.core.connect(credentials))).to.include({
          statusCode: 401,
          message: 'The token is wrong',
        })
      const failing = byTokens()
      failing.fail(new Error('Please log in'))
      for (const credentials of [undefined, { username: 'alice' }])
        expect(await failureOf(failing.core.connect(credentials))).to.include({
          statusCode: 503,
          message: 'Please log in',
          retryable: true,
        })
      failing.fail(undefined)
      await failing.core.connect()
      await failing.core.close()
    })

    it('logs in by a password where one is given', async () => {
      const bench = byTokens()
      bench.server.mechanisms = ['PLAIN']
      await bench.core.connect(alice)
      expect(bench.asked).to.equal(0)
      await bench.core.close()
    })

    it('needs a name where the token has none, and a password where there is no provider', async () => {
      const opaque = clientBench(async () => 'opaque')
      expect(await failureOf(opaque.core.connect())).to.include({
        statusCode: 400,
        message: 'username is not valid or required',
      })
      expect(await failureOf(opaque.core.connect({ password: 'secret' }))).to.include({ statusCode: 400 })
      expect(await failureOf(clientBench().core.connect({ username: 'alice' }))).to.include({
        statusCode: 400,
        message: 'password is not valid or required',
      })
    })
  })
})

import { expect } from 'chai'
import { MovedClock } from '../../test/scripted-connection.ts'
import { ScriptedServer, type ScriptedSocket } from '../../test/scripted-server.ts'
import type { Connection } from './connection.ts'
import { XmppConnector } from './xmpp-connector.ts'

/** A login, and the socket on which it asks for stream management. */
function enabling(server: ScriptedServer) {
  const { WebSocket } = server
  const connector = new XmppConnector({
    url: 'ws://localhost/',
    domain: 'localhost',
    WebSocket,
    clock: new MovedClock(),
  })
  const attempt = connector.connect({
    credentials: { username: 'alice', password: 'secret' },
    resource: 'one',
    signal: new AbortController().signal,
  })
  const asked = new Promise<ScriptedSocket>((resolve) => {
    server.latest.addEventListener('enable', () => resolve(server.latest))
  })
  return { attempt, asked }
}

async function connected() {
  const server = new ScriptedServer()
  const clock = new MovedClock()
  const { WebSocket } = server
  const connector = new XmppConnector({ url: 'ws://localhost/', domain: 'localhost', WebSocket, clock })
  const connection = await connector.connect({
    credentials: { username: 'alice', password: 'secret' },
    resource: 'one',
    signal: new AbortController().signal,
  })
  const closed = new Promise<string>((resolve) => connection.onClose(resolve))
  return { server, clock, connection, closed }
}

/** An attempt to log in at this address, and what it rejects with. */
function login(url: string, password = 'secret', byToken = false) {
  const server = new ScriptedServer()
  const connector = new XmppConnector({
    url,
    domain: 'localhost',
    WebSocket: server.WebSocket,
    clock: new MovedClock(),
  })
  const credentials = { username: 'alice', password, byToken }
  const request = { credentials, resource: 'one', signal: new AbortController().signal }
  // Once the caller has said what is offered.
  const attempt = Promise.resolve().then(() => connector.connect(request).catch((error) => error))
  return { server, attempt }
}

describe('the XMPP connector', () => {
  it('opens a stream and binds its resource', async () => {
    const { connection } = await connected()
    expect(connection.jid).to.equal('alice@localhost/one')
    await connection.close()
  })

  it('logs in by PLAIN with a password of any letters, in UTF-8', async () => {
    for (const password of ['pässwort', '日本', 'secret']) {
      const { server, attempt } = login('wss://localhost/', password)
      server.password = password
      const connection = await attempt
      expect(connection, password).to.have.property('jid', 'alice@localhost/one')
      expect(server.latest.mechanism).to.equal('PLAIN')
      await connection.close()
    }
  })

  for (const answer of ['enabled', 'failed']) {
    it(`counts as connected only once stream management is ${answer}`, async () => {
      const server = new ScriptedServer()
      server.managesStreams = true
      const { attempt, asked } = enabling(server)
      let done = false
      void attempt.then(() => {
        done = true
      })
      const socket = await asked
      await new Promise((resolve) => setImmediate(resolve))
      expect(done).to.equal(false)
      socket.say(`<${answer} xmlns='urn:xmpp:sm:3'/>`)
      await (await attempt).close()
    })
  }

  it('acknowledges what came since stream management began, also all at once, and with its last word', async () => {
    const server = new ScriptedServer()
    server.managesStreams = true
    const { attempt, asked } = enabling(server)
    const socket = await asked
    const request = `<r xmlns='urn:xmpp:sm:3'/>`
    socket.say(
      '<message/>',
      `<enabled xmlns='urn:xmpp:sm:3'/>`,
      '<message/>',
      '<presence/>',
      request,
      '<iq/>',
    )
    const connection = await attempt
    await connection.close()
    const answers = socket.received.filter((text) => text.startsWith('<a '))
    expect(answers).to.deep.equal(['2', '3'].map((h) => `<a xmlns="urn:xmpp:sm:3" h="${h}"/>`))
  })

  for (const [offered, chosen] of [
    [['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'X-OAUTH2'], 'SCRAM-SHA-256'],
    [['PLAIN', 'SCRAM-SHA-1'], 'SCRAM-SHA-1'],
  ] as const) {
    it(`logs in by ${chosen} where ${offered.join(', ')} are offered`, async () => {
      const { server, attempt } = login('wss://example.org/')
      server.mechanisms = [...offered]
      expect(await attempt).to.have.property('reason', 'unreachable')
      expect(server.latest.mechanism).to.equal(chosen)
    })
  }

  it('gives its password away over TLS or on this machine alone', async () => {
    for (const [url, allowed] of [
      ['wss://example.org/', true],
      ['ws://127.0.0.1/', true],
      ['ws://[::1]/', true],
      ['ws://example.org/', false],
      ['ws://localhost.example.org/', false],
    ] as const) {
      const { server, attempt } = login(url)
      const outcome = await attempt
      expect(server.latest.mechanism, url).to.equal(allowed ? 'PLAIN' : undefined)
      if (!allowed) expect(outcome).to.have.property('reason', 'not-allowed')
      else await (outcome as Connection).close()
    }
  })

  describe('with a token', () => {
    it('logs in by OAUTHBEARER, or else by PLAIN, and never by SCRAM', async () => {
      for (const [offered, chosen] of [
        [['SCRAM-SHA-256', 'PLAIN', 'OAUTHBEARER'], 'OAUTHBEARER'],
        [['SCRAM-SHA-256', 'PLAIN'], 'PLAIN'],
      ] as const) {
        const { server, attempt } = login('wss://localhost/', 'token', true)
        server.mechanisms = [...offered]
        server.tokens.add('token')
        server.password = 'token'
        const connection = await attempt
        expect(connection).to.have.property('jid', 'alice@localhost/one')
        expect(server.latest.mechanism).to.equal(chosen)
        await connection.close()
      }
    })

    it('hears the refusal out', async () => {
      const { server, attempt } = login('wss://localhost/', 'token', true)
      server.mechanisms = ['OAUTHBEARER']
      expect(await attempt).to.include({ reason: 'not-authorized', message: 'The token is wrong' })
    })

    it('gives it away over TLS or on this machine alone', async () => {
      const { server, attempt } = login('ws://example.org/', 'token', true)
      server.mechanisms = ['OAUTHBEARER', 'PLAIN']
      expect(await attempt).to.have.property('reason', 'not-allowed')
      expect(server.latest.mechanism).to.equal(undefined)
    })
  })

  it('leaves alone what comes behind the end of a stream', async () => {
    const { server, closed } = await connected()
    server.latest.say(`<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>`, '<message/>')
    server.latest.drop()
    expect(await closed).to.equal('lost')
  })

  it('cuts the socket of a server that does not close in turn', async () => {
    const { connection, server, clock, closed } = await connected()
    server.closesInTurn = false
    const closing = connection.close()
    await clock.move(1_000)
    await closing
    expect(server.latest.terminated).to.equal(true)
    await closed
  })

  it('tells the end by a conflict from a lost line', async () => {
    const lost = await connected()
    lost.server.latest.drop()
    expect(await lost.closed).to.equal('lost')
    const replaced = await connected()
    replaced.server.latest.refuse('conflict')
    expect(await replaced.closed).to.equal('conflict')
    const expired = await connected()
    expired.server.latest.refuse('reset')
    expect(await expired.closed).to.equal('reset')
  })
})

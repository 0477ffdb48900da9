import { request } from 'node:http'
import { expect } from 'chai'
import { until } from '../../test/transfer/transfer-bed.ts'
import { ChatBed } from '../../test/xmpp/chat-bed.ts'
import { CLOSE, OPEN, plain } from '../../test/xmpp/frame-client.ts'

const error = (condition: string) => `<${condition} xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>`
const MESSAGE = '<message xmlns="jabber:client" to="bob@example.org" type="chat"><body>hi</body></message>'

describe('attachXmppEndpoint', () => {
  let bed: ChatBed

  beforeEach(async () => {
    bed = await ChatBed.open()
  })

  afterEach(() => bed.close())

  describe('opens a WebSocket', () => {
    for (const path of ['/xmpp-websocket', '/ws', '/xmpp-websocket?x=1']) {
      it(`at ${path}, and echoes the subprotocol`, async () => {
        const client = await bed.connect({ path, protocols: ['other', 'xmpp'] })
        expect(client.socket.protocol).to.equal('xmpp')
      })
    }

    const refused: [what: string, path: string, headers: Record<string, string>, status: number][] = [
      ['another path', '/elsewhere', { 'Sec-WebSocket-Protocol': 'xmpp' }, 404],
      ['no subprotocol', '/ws', {}, 400],
      ['another subprotocol', '/ws', { 'Sec-WebSocket-Protocol': 'xmppp, chat' }, 400],
    ]
    for (const [what, path, headers, status] of refused) {
      it(`not for ${what}: ${status}`, async () => expect(await upgrade(bed, path, headers)).to.equal(status))
    }

    it('not while it drains: 503', async () => {
      const closed = bed.endpoint.close()
      const status = upgrade(bed, '/ws', { 'Sec-WebSocket-Protocol': 'xmpp' })
      await closed
      expect(await status).to.equal(503)
    })
  })

  describe('opens a stream', () => {
    it('with <open/> at the very beginning of its frame, a new id each time, and features with their namespace', async () => {
      const ids = new Set<string | undefined>()
      for (let count = 0; count < 2; count++) {
        const client = await bed.connect()
        client.send(OPEN)
        const opened = await client.next()
        expect(opened).to.match(
          /^<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="example.org" id="[\w-]{36}" version="1.0" xml:lang="en"\/>$/,
        )
        ids.add(/id="([^"]*)"/.exec(opened)?.[1])
        expect(await client.next()).to.equal(
          '<stream:features xmlns:stream="http://etherx.jabber.org/streams"><mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>SCRAM-SHA-256</mechanism><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms></stream:features>',
        )
      }
      expect(ids.size).to.equal(2)
    })

    it('again after the login, to bind a resource', async () => {
      const client = await bed.connect()
      await client.open()
      client.send(plain('alice', 'correct horse'))
      expect(await client.next()).to.equal('<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>')
      expect(await client.open()).to.equal(
        '<stream:features xmlns:stream="http://etherx.jabber.org/streams"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/><session xmlns="urn:ietf:params:xml:ns:xmpp-session"><optional/></session></stream:features>',
      )
    })

    const wrong: [what: string, frame: string, condition: string][] = [
      ['another host', OPEN.replace('example.org', 'elsewhere.org'), 'host-unknown'],
      ['no host', OPEN.replace('to="example.org"', ''), 'host-unknown'],
      ['no version', OPEN.replace('version="1.0"', ''), 'unsupported-version'],
      ['version 2', OPEN.replace('1.0', '2.0'), 'unsupported-version'],
      [
        'the framing of TCP',
        '<stream:stream xmlns:stream="http://etherx.jabber.org/streams"/>',
        'bad-format',
      ],
      ['a stanza first', MESSAGE, 'bad-format'],
    ]
    for (const [what, frame, condition] of wrong) {
      it(`not with ${what}: ${condition}, inside of a stream of its own`, async () => {
        const client = await bed.connect()
        client.send(frame)
        const [opened, failed, closed, ...more] = await client.rest()
        expect(opened).to.match(/^<open /)
        expect(failed).to.include(error(condition))
        expect([closed, ...more]).to.deep.equal([CLOSE])
        expect(await client.closed).to.equal(1000)
      })
    }

    it('once: a second <open/> is a violation', async () => {
      const client = await bed.connect()
      await client.open()
      client.send(OPEN)
      expect((await client.rest())[0]).to.include(error('policy-violation'))
    })
  })

  describe('offers PLAIN', () => {
    const features = async (from: ChatBed, headers: Record<string, string> = {}) => {
      const client = await from.connect({ headers })
      return client.open()
    }

    it('not to whom a proxy on this machine speaks for', async () => {
      for (const headers of [{ 'X-Forwarded-For': '203.0.113.9' }, { Forwarded: 'for=203.0.113.9' }]) {
        expect(await features(bed, headers)).not.to.include('PLAIN')
      }
      expect(await features(bed)).to.include('PLAIN')
    })

    it('not on this machine either where clients come from elsewhere, unless they come by TLS', async () => {
      const [plain, tls] = [
        await ChatBed.open({ local: false }),
        await ChatBed.open({ local: false, secure: true }),
      ]
      try {
        expect(await features(plain)).not.to.include('PLAIN')
        expect(await features(tls, { 'X-Forwarded-For': '203.0.113.9' })).to.include('PLAIN')
      } finally {
        await Promise.all([plain.close(), tls.close()])
      }
    })
  })

  describe('closes a stream', () => {
    it('when the client does, with a <close/> of its own and the WebSocket’s handshake', async () => {
      const client = await bed.connect()
      await client.open()
      client.send(CLOSE)
      expect(await client.next()).to.equal(CLOSE)
      expect(await client.closed).to.equal(1000)
    })

    it('when it drains, with system-shutdown, and waits until the last client is gone', async () => {
      const clients = [await bed.connect(), await bed.login('alice')]
      const closed = bed.endpoint.close()
      const [stranger, member] = await Promise.all(clients.map((client) => client.rest()))
      expect(stranger).to.satisfy((frames: string[]) =>
        frames.some((frame) => frame.includes('<system-shutdown ')),
      )
      expect(member?.[0]).to.equal(
        `<stream:error xmlns:stream="http://etherx.jabber.org/streams">${error('system-shutdown')}</stream:error>`,
      )
      expect(member?.[1]).to.equal(CLOSE)
      await closed
    })

    it('also when the client does not take part in the goodbye', async () => {
      const client = await bed.login('alice')
      const closed = bed.endpoint.close()
      await client.until((frame) => frame === CLOSE)
      client.socket.pause()
      bed.clock.pass(2000)
      await new Promise((resolve) => setImmediate(resolve))
      bed.clock.pass(2000)
      await closed
    })

    it('also when a client breaks the rules of WebSocket while it is told to go', async () => {
      const client = await bed.login('alice')
      const closed = bed.endpoint.close()
      await client.until((frame) => frame.includes('<system-shutdown '))
      client.send('x'.repeat(600 * 1024))
      expect(await client.closed).to.equal(1009)
      await closed
    })

    it('when nobody has logged in after 30 s', async () => {
      const client = await bed.connect()
      await client.open()
      bed.clock.pass(29_999)
      client.send(plain('alice', 'wrong'))
      await client.next()
      bed.clock.pass(1)
      expect((await client.rest())[0]).to.include(error('connection-timeout'))
    })

    it('not when somebody has', async () => {
      const client = await bed.login('alice')
      client.socket.on('ping', () => {})
      bed.clock.pass(29_999)
      bed.clock.pass(1)
      expect(
        await client.ask('<iq xmlns="jabber:client" type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>'),
      ).to.include('result')
    })

    it('of a peer that answers no WebSocket ping, and tells the other devices', async () => {
      const tablet = await bed.login('alice', 'tablet', 0)
      const phone = await bed.login('alice', 'phone', 0)
      await tablet.until((frame) => frame.includes('/phone'))
      phone.socket.pause()
      bed.clock.pass(30_000)
      await new Promise((resolve) => tablet.socket.once('ping', resolve))
      expect(
        await tablet.ask('<iq xmlns="jabber:client" type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>'),
      ).to.include('result')
      bed.clock.pass(30_000)
      const gone = await tablet.until((frame) => frame.startsWith('<presence '))
      expect(gone).to.equal(
        '<presence xmlns="jabber:client" from="alice@example.org/phone" type="unavailable" to="alice@example.org"/>',
      )
    })

    it('whose client sends a binary frame', async () => {
      const client = await bed.connect()
      await client.open()
      client.socket.send(Buffer.from(CLOSE))
      expect((await client.rest())[0]).to.include(error('policy-violation'))
    })

    it('whose client sends far more than a frame may have', async () => {
      const client = await bed.connect()
      client.send(`<a>${'x'.repeat(600 * 1024)}</a>`)
      expect(await client.closed).to.equal(1009)
    })
  })

  it('ignores frames of white space', async () => {
    const client = await bed.connect()
    client.send(' ', '', '\n')
    expect(await client.open()).to.match(/^<stream:features /)
  })

  it('cuts off a client that does not read what it is sent, and stores what it can no longer take', async () => {
    const small = await ChatBed.open({ limits: { maxBufferedBytes: 200_000 } })
    try {
      const bob = await small.login('bob', 'phone', 0)
      const alice = await small.login('alice')
      bob.socket.pause()
      const long = MESSAGE.replace('hi', 'x'.repeat(100_000))
      const waiting = async () =>
        (await small.offline.list('bob@example.org', { limit: 1, except: [] })).length > 0
      await until(async () => {
        alice.send(long)
        await alice.ask('<iq xmlns="jabber:client" type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>')
        return waiting()
      })
      expect(small.messaging.sessions.of('bob@example.org')).to.deep.equal([])
      expect(small.logged.map(({ fields }) => fields)).to.deep.include({ condition: 'resource-constraint' })
    } finally {
      await small.close()
    }
  })

  describe('ends a stream for bad input', () => {
    const bad: [what: string, frame: string, condition: string][] = [
      ['malformed XML', '<message xmlns="jabber:client">', 'not-well-formed'],
      [
        'oversized XML',
        `<message xmlns="jabber:client">${'x'.repeat(256 * 1024)}</message>`,
        'policy-violation',
      ],
      ['deeply nested XML', `${'<a xmlns="n">'.repeat(10_000)}`, 'policy-violation'],
      ['a DOCTYPE', '<!DOCTYPE a><message xmlns="jabber:client"/>', 'restricted-xml'],
      ['a second root in a frame', `${MESSAGE}${MESSAGE}`, 'not-well-formed'],
      [
        'a `from` of another account',
        MESSAGE.replace(' to=', ' from="mallory@example.org" to='),
        'invalid-from',
      ],
      [
        'a `from` of another device',
        MESSAGE.replace(' to=', ' from="alice@example.org/tablet" to='),
        'invalid-from',
      ],
      ['a `from` that is no JID', MESSAGE.replace(' to=', ' from="a b" to='), 'invalid-from'],
      ['another namespace', MESSAGE.replace('jabber:client', 'jabber:server'), 'invalid-namespace'],
      ['no namespace', MESSAGE.replace(' xmlns="jabber:client"', ''), 'invalid-namespace'],
      ['no stanza', '<enable xmlns="urn:xmpp:sm:3"/>', 'unsupported-stanza-type'],
      [
        'a stanza that is called as what every object has',
        '<constructor xmlns="jabber:client"/>',
        'unsupported-stanza-type',
      ],
    ]
    for (const [what, frame, condition] of bad) {
      it(`${what}: ${condition}`, async () => {
        const alice = await bed.login('alice', 'phone')
        const bob = await bed.login('bob', 'phone', 0)
        alice.send(frame, MESSAGE)
        const [failed, closed, ...more] = await alice.rest()
        expect(failed).to.include(error(condition))
        expect([closed, ...more]).to.deep.equal([CLOSE])
        expect(bed.messaging.sessions.of('alice@example.org')).to.deep.equal([])
        // Nothing of it, nor what came behind it, went through.
        expect(
          await bob.ask('<iq xmlns="jabber:client" type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>'),
        ).to.include('result')
      })
    }
  })
})

/** The status that an upgrade request is refused with. */
function upgrade(bed: ChatBed, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${bed.url.replace('ws', 'http')}${path}`, {
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    })
      .on('response', (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      .on('upgrade', (_, socket) => {
        socket.destroy()
        resolve(101)
      })
      .on('error', reject)
      .end()
  })
}

import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { expect } from 'chai'
import { mint, SHARED_SECRET_RULES } from '../../test/messaging/token-issuer.ts'
import { ChatBed } from '../../test/xmpp/chat-bed.ts'
import { type FrameClient, PASSWORD, plain } from '../../test/xmpp/frame-client.ts'

const SASL = 'xmlns="urn:ietf:params:xml:ns:xmpp-sasl"'
const failure = (condition: string) => `<failure ${SASL}><${condition}/></failure>`
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('LoginPhase', () => {
  let bed: ChatBed

  before(async () => {
    bed = await ChatBed.open()
  })

  after(() => bed.close())

  async function connect(from = bed): Promise<FrameClient> {
    const client = await from.connect()
    await client.open()
    return client
  }

  /** The answers to a SCRAM login, to its end. */
  async function scram(
    client: FrameClient,
    mechanism: string,
    name: string,
    password: string,
  ): Promise<string> {
    const hash = mechanism === 'SCRAM-SHA-1' ? 'sha1' : 'sha256'
    const bare = `n=${name},r=clientnonce`
    client.send(`<auth ${SASL} mechanism="${mechanism}">${base64(`n,,${bare}`)}</auth>`)
    const challenge = Buffer.from(/>(.*)</.exec(await client.next())?.[1] ?? '', 'base64').toString()
    const [, nonce, salt, rounds] = /^r=(.*),s=(.*),i=(\d+)$/.exec(challenge) ?? []
    const length = hash === 'sha1' ? 20 : 32
    const salted = pbkdf2Sync(password, Buffer.from(salt ?? '', 'base64'), Number(rounds), length, hash)
    const clientKey = createHmac(hash, salted).update('Client Key').digest()
    const final = `c=biws,r=${nonce}`
    const stored = createHash(hash).update(clientKey).digest()
    const signature = createHmac(hash, stored).update(`${bare},${challenge},${final}`).digest()
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))).toString(
      'base64',
    )
    client.send(`<response ${SASL}>${base64(`${final},p=${proof}`)}</response>`)
    return client.next()
  }

  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-1']) {
    it(`lets the right password in by ${mechanism}, and proves itself`, async () => {
      expect(await scram(await connect(), mechanism, 'alice', PASSWORD)).to.match(
        /^<success [^>]*>dj[\w+/=]+<\/success>$/,
      )
    })

    it(`makes no difference between a wrong password and an unknown name by ${mechanism}`, async () => {
      const client = await connect()
      expect(await scram(client, mechanism, 'alice', 'wrong')).to.equal(failure('not-authorized'))
      expect(await scram(client, mechanism, 'nobody', 'wrong')).to.equal(failure('not-authorized'))
    })
  }

  it('makes no difference between a wrong password and an unknown name by PLAIN', async () => {
    const client = await connect()
    for (const name of ['alice', 'nobody', 'no body', 'a@elsewhere.org']) {
      client.send(plain(name, 'wrong'))
      expect(await client.next(), name).to.equal(failure('not-authorized'))
    }
  })

  it('takes a name in any case, or as a bare JID', async () => {
    for (const name of ['ALICE', 'alice@example.org']) {
      const client = await connect()
      client.send(plain(name, PASSWORD))
      expect(await client.next()).to.equal(`<success ${SASL}/>`)
    }
  })

  it('lets nobody act for somebody else', async () => {
    const client = await connect()
    client.send(plain('alice', PASSWORD, 'bob@example.org'))
    expect(await client.next()).to.equal(failure('invalid-authzid'))
    client.send(plain('alice', PASSWORD, 'alice@example.org'))
    expect(await client.next()).to.equal(`<success ${SASL}/>`)
  })

  it('asks for the first message when the client sent none', async () => {
    const client = await connect()
    client.send(`<auth ${SASL} mechanism="PLAIN"/>`)
    expect(await client.next()).to.equal(`<challenge ${SASL}/>`)
    client.send(`<response ${SASL}>${base64(`\0alice\0${PASSWORD}`)}</response>`)
    expect(await client.next()).to.equal(`<success ${SASL}/>`)
  })

  const wrong: [what: string, frame: string, condition: string][] = [
    ['an unknown mechanism', `<auth ${SASL} mechanism="ANONYMOUS"/>`, 'invalid-mechanism'],
    ['no mechanism', `<auth ${SASL}/>`, 'invalid-mechanism'],
    ['a message that is not base64', `<auth ${SASL} mechanism="PLAIN">*</auth>`, 'incorrect-encoding'],
    ['a message that is not UTF-8', `<auth ${SASL} mechanism="PLAIN">/w==</auth>`, 'incorrect-encoding'],
    ['an empty message', `<auth ${SASL} mechanism="PLAIN">=</auth>`, 'malformed-request'],
    ['a message without a password', plain('alice', ''), 'malformed-request'],
    ['a message with a part too many', plain('alice', 'x\0y'), 'malformed-request'],
    ['a response to nothing', `<response ${SASL}>AAAA</response>`, 'malformed-request'],
    ['an element that SASL does not have', `<success ${SASL}/>`, 'malformed-request'],
    ['an abort', `<abort ${SASL}/>`, 'aborted'],
  ]
  for (const [what, frame, condition] of wrong) {
    it(`answers ${condition} to ${what}`, async () => {
      const client = await connect()
      client.send(frame)
      expect(await client.next()).to.equal(failure(condition))
      client.send(plain('alice', PASSWORD))
      expect(await client.next()).to.equal(`<success ${SASL}/>`)
    })
  }

  describe('by the token of an issuer', () => {
    let tokens: ChatBed

    before(async () => {
      tokens = await ChatBed.open({ loginTokens: SHARED_SECRET_RULES })
    })

    after(() => tokens.close())

    const auth = (token: string) =>
      `<auth ${SASL} mechanism="OAUTHBEARER">${base64(`n,,\x01auth=Bearer ${token}\x01\x01`)}</auth>`

    it('is offered where the issuer is configured and nobody can listen', async () => {
      expect(await (await tokens.connect()).open()).to.include('<mechanism>OAUTHBEARER</mechanism>')
      expect(await (await bed.connect()).open()).not.to.include('OAUTHBEARER')
      const far = await ChatBed.open({ loginTokens: SHARED_SECRET_RULES, local: false })
      try {
        const client = await far.connect()
        expect(await client.open()).not.to.include('OAUTHBEARER')
        client.send(auth(await mint()))
        expect(await client.next()).to.equal(failure('encryption-required'))
      } finally {
        await far.close()
      }
    })

    it('lasts until the token has expired, and ends with a reset', async () => {
      const client = await connect(tokens)
      const now = tokens.clock.now()
      const exp = Math.floor(now.getTime() / 1000) + 5
      client.send(auth(await mint({ sub: 'carol', exp }, { now })))
      expect(await client.next()).to.equal(`<success ${SASL}/>`)
      await client.open()
      const bind = '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>'
      await client.ask(`<iq xmlns="jabber:client" type="set" id="b1">${bind}</iq>`)
      tokens.clock.pass(5_000)
      await client.ask(
        '<iq xmlns="jabber:client" type="get" id="p1" to="example.org"><ping xmlns="urn:xmpp:ping"/></iq>',
      )
      tokens.clock.pass(3_000)
      expect((await client.rest()).at(-2)).to.equal(
        '<stream:error xmlns:stream="http://etherx.jabber.org/streams">' +
          '<reset xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>' +
          '<text xmlns="urn:ietf:params:xml:ns:xmpp-streams" xml:lang="en">the token has expired</text>' +
          '</stream:error>',
      )
      expect(tokens.messaging.sessions.of('carol@example.org')).to.deep.equal([])
    })

    it('says why it refuses one, and fails after the dummy answer', async () => {
      const client = await connect(tokens)
      client.send(auth(await mint({ aud: 'another.example' }, { now: tokens.clock.now() })))
      expect(await client.next()).to.equal(
        `<challenge ${SASL}>${base64('{"status":"invalid_token"}')}</challenge>`,
      )
      client.send(`<response ${SASL}>AQ==</response>`)
      expect(await client.next()).to.equal(failure('not-authorized'))
    })
  })

  it('ends the stream after the fifth failure', async () => {
    const client = await connect()
    for (let count = 0; count < 6; count++) client.send(`<abort ${SASL}/>`)
    const frames = await client.rest()
    expect(frames.slice(0, 5)).to.deep.equal(Array.from({ length: 5 }, () => failure('aborted')))
    expect(frames[5]).to.include('<policy-violation ')
  })

  it('answers temporary-auth-failure when the accounts cannot be read', async () => {
    const find = bed.accounts.find
    bed.accounts.find = () => Promise.reject(new Error('the database is down'))
    const client = await connect()
    client.send(plain('alice', PASSWORD))
    const answer = await client.next()
    bed.accounts.find = find
    expect(answer).to.equal(failure('temporary-auth-failure'))
  })

  for (const frame of [
    '<message xmlns="jabber:client"/>',
    '<iq xmlns="jabber:client" type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>',
  ]) {
    it(`takes no stanza before the login: ${frame.slice(1, 8)}`, async () => {
      const client = await connect()
      client.send(frame)
      expect((await client.rest())[0]).to.include('<not-authorized ')
    })
  }

  it('takes less than a member may send', async () => {
    const client = await connect()
    client.send(plain('alice', 'x'.repeat(10_000)))
    expect((await client.rest())[0]).to.include('<policy-violation ')
  })

  describe('with registration open', () => {
    let open: ChatBed

    before(async () => {
      open = await ChatBed.open({ registrationOpen: true })
    })

    after(() => open.close())

    const register = (fields: string) =>
      `<iq xmlns="jabber:client" type="set" id="1" to="example.org"><query xmlns="jabber:iq:register">${fields}</query></iq>`
    const fields = (name: string, password: string) =>
      `<username>${name}</username><password>${password}</password>`

    it('offers it, says what to fill in, and lets the new account in', async () => {
      const client = await open.connect()
      expect(await client.open()).to.include('<register xmlns="http://jabber.org/features/iq-register"/>')
      expect(
        await client.ask(
          '<iq xmlns="jabber:client" type="get" id="0"><query xmlns="jabber:iq:register"/></iq>',
        ),
      ).to.equal(
        '<iq xmlns="jabber:client" id="0" from="example.org" type="result"><query xmlns="jabber:iq:register"><instructions>Choose a username and a password.</instructions><username/><password/></query></iq>',
      )
      expect(await client.ask(register(fields('Carol', 'her secret')))).to.equal(
        '<iq xmlns="jabber:client" id="1" from="example.org" type="result"/>',
      )
      client.send(plain('carol', 'her secret'))
      expect(await client.next()).to.equal(`<success ${SASL}/>`)
    })

    const refused: [what: string, frame: string, condition: string][] = [
      ['a name that is taken', register(fields('ALICE', 'x')), '<conflict '],
      ['a name that cannot be one', register(fields('a b', 'x')), '<not-acceptable '],
      ['no name', register('<password>x</password>'), '<not-acceptable '],
      ['no password', register('<username>dave</username>'), '<not-acceptable '],
      ['a removal by a stranger', register('<remove/>'), '<not-acceptable '],
      [
        'another domain',
        register(fields('dave', 'x')).replace('example.org', 'elsewhere.org'),
        '<not-allowed ',
      ],
    ]
    for (const [what, frame, condition] of refused) {
      it(`refuses ${what}`, async () => {
        const client = await connect(open)
        expect(await client.ask(frame))
          .to.include('type="error"')
          .and.to.include(condition)
      })
    }

    it('refuses the name of an account that was removed, whose uploads would come with it', async () => {
      await open.messaging.accounts.add({ name: 'gone', password: PASSWORD })
      await open.messaging.accounts.remove('gone')
      const client = await connect(open)
      expect(await client.ask(register(fields('gone', 'x')))).to.include('<conflict ')
    })

    it('lets one connection make few accounts', async () => {
      const client = await connect(open)
      for (let count = 0; count < 6; count++) client.send(register(fields(`many${count}`, 'x')))
      const frames = await client.rest()
      expect(frames.filter((frame) => frame.includes('result'))).to.have.length(5)
      expect(frames[5]).to.include('<policy-violation ')
      expect(await open.messaging.accounts.list()).not.to.include('many5@example.org')
    })
  })

  it('neither offers nor takes a registration where it is closed', async () => {
    const client = await bed.connect()
    expect(await client.open()).not.to.include('register')
    client.send('<iq xmlns="jabber:client" type="get" id="0"><query xmlns="jabber:iq:register"/></iq>')
    expect((await client.rest())[0]).to.include('<not-authorized ')
  })
})

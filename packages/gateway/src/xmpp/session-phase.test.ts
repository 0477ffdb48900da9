import { httpUploadForm } from '@sluice/protocol'
import { expect } from 'chai'
import { until } from '../../test/transfer/transfer-bed.ts'
import { ChatBed } from '../../test/xmpp/chat-bed.ts'
import { CLOSE, type FrameClient, PASSWORD, plain } from '../../test/xmpp/frame-client.ts'

const PING = '<ping xmlns="urn:xmpp:ping"/>'
const iq = (payload: string, more = '', type = 'get') =>
  `<iq xmlns="jabber:client" type="${type}" id="q1"${more}>${payload}</iq>`
const query = (xmlns: string) => `<query xmlns="${xmlns}"/>`
const message = (to: string, body: string, more = '') =>
  `<message xmlns="jabber:client" to="${to}" type="chat"${more}><body>${body}</body></message>`

describe('SessionPhase', () => {
  let bed: ChatBed

  beforeEach(async () => {
    bed = await ChatBed.open()
  })

  afterEach(() => bed.close())

  describe('binds', () => {
    it('the resource that the client wishes, in its prepared form', async () => {
      const alice = await bed.login('alice', ' Phone\u00A0one ')
      expect(alice.jid).to.equal('alice@example.org/Phone one')
    })

    it('a resource of the server’s own making when the client has no wish', async () => {
      const jids = [(await bed.login('alice')).jid, (await bed.login('alice')).jid]
      expect(jids[0]).to.match(/^alice@example.org\/[\w-]{36}$/)
      expect(jids[0]).not.to.equal(jids[1])
    })

    for (const by of ['this node', 'another node']) {
      it(`nothing for an account that was removed by ${by} since its login`, async () => {
        const other = bed.join(bed.bus.join('other'))
        const alice = await bed.connect()
        await alice.open()
        alice.send(plain('alice', PASSWORD))
        await alice.next()
        await alice.open()
        await (by === 'this node' ? bed.messaging : other).accounts.remove('alice')
        alice.send(
          '<iq xmlns="jabber:client" type="set" id="b1"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>',
          message('bob@example.org', 'hi'),
        )
        const frames = await alice.rest()
        expect(frames.at(-2)).to.include('<not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>')
        expect(bed.messaging.sessions.of('alice@example.org')).to.deep.equal([])
        expect(await bed.offline.list('bob@example.org', { limit: 1, except: [] })).to.deep.equal([])
        await other.close()
      })
    }

    it('no session that a removal while it is bound does not find', async () => {
      const find = bed.accounts.find.bind(bed.accounts)
      const alice = await bed.connect()
      await alice.open()
      alice.send(plain('alice', PASSWORD))
      await alice.next()
      await alice.open()
      bed.accounts.find = async (jid) => {
        const account = await find(jid)
        bed.accounts.find = find
        await bed.messaging.accounts.remove('alice')
        return account
      }
      alice.send(
        '<iq xmlns="jabber:client" type="set" id="b1"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>',
      )
      expect((await alice.rest()).at(-2)).to.include('<not-authorized ')
      expect(bed.messaging.sessions.of('alice@example.org')).to.deep.equal([])
    })

    it('once: the newest session of a full JID wins, and the one before is told of the conflict', async () => {
      const former = await bed.login('alice', 'phone')
      const newest = await bed.login('alice', 'phone')
      const [failed, closed] = await former.rest()
      expect(failed).to.include('<conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/>')
      expect(closed).to.equal(CLOSE)
      expect(await newest.ask(iq(PING))).to.include('type="result"')
      expect(bed.messaging.sessions.of('alice@example.org')).to.have.length(1)
    })

    it('nothing that is too long, and takes no stanza before', async () => {
      const client = await bed.connect()
      await client.open()
      client.send(plain('alice', PASSWORD))
      await client.next()
      await client.open()
      const bind = iq(
        `<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><resource>${'x'.repeat(1024)}</resource></bind>`,
        '',
        'set',
      )
      expect(await client.ask(bind)).to.include('<bad-request ')
      client.send(message('bob@example.org', 'hi'))
      expect((await client.rest())[0]).to.include('<not-authorized ')
    })

    it('no more than 32 devices of one account', async () => {
      for (let count = 0; count < 32; count++) await bed.login('alice', `device ${count}`)
      const error = await bed.login('alice', 'one more').catch((reason: Error) => reason.message)
      expect(error).to.include('<resource-constraint ').and.to.include('type="wait"')
      expect((await bed.login('alice', 'device 7')).jid).to.equal('alice@example.org/device 7')
    })
  })

  describe('answers', () => {
    const result = (payload: string, from: string) =>
      `<iq xmlns="jabber:client" id="q1" ${from && `from="${from}" `}to="alice@example.org/phone" type="result"${payload ? `>${payload}</iq>` : '/>'}`
    const info = (identity: string, ...features: string[]) =>
      `<query xmlns="http://jabber.org/protocol/disco#info"><identity ${identity}/>${['http://jabber.org/protocol/disco#info', 'http://jabber.org/protocol/disco#items', ...features].map((feature) => `<feature var="${feature}"/>`).join('')}</query>`
    const INFO = query('http://jabber.org/protocol/disco#info')
    const ITEMS = query('http://jabber.org/protocol/disco#items')
    const answered: [what: string, payload: string, type: string, to: string, answer: string][] = [
      ['a ping to the domain', PING, 'get', 'example.org', ''],
      ['a ping to the own account', PING, 'get', 'alice@example.org', ''],
      ['a ping to nobody', PING, 'get', '', ''],
      ['a ping to the media service', PING, 'get', 'media.example.org', ''],
      [
        'the session of old clients',
        '<session xmlns="urn:ietf:params:xml:ns:xmpp-session"/>',
        'set',
        'example.org',
        '',
      ],
      [
        'the session of old clients, to nobody',
        '<session xmlns="urn:ietf:params:xml:ns:xmpp-session"/>',
        'set',
        '',
        '',
      ],
      ['an empty roster', query('jabber:iq:roster'), 'get', '', query('jabber:iq:roster')],
      [
        'disco#info of the domain',
        INFO,
        'get',
        'example.org',
        info(
          'category="server" type="im" name="Sluice"',
          'urn:xmpp:ping',
          'msgoffline',
          'urn:xmpp:carbons:2',
        ),
      ],
      [
        'disco#info of the own account',
        INFO,
        'get',
        'alice@example.org',
        info('category="account" type="registered"', 'urn:xmpp:ping', 'urn:xmpp:mam:2', 'urn:xmpp:sid:0'),
      ],
      [
        'disco#info of the media service',
        INFO,
        'get',
        'media.example.org',
        info(
          'category="store" type="file" name="Media"',
          'urn:sluice:media:1',
          'urn:xmpp:http:upload:0',
          'urn:xmpp:http:upload:purpose:0#message',
          'urn:xmpp:http:upload:purpose:0#profile',
          'urn:xmpp:http:upload:purpose:0#permanent',
          'urn:xmpp:ping',
        ).replace('</query>', `${httpUploadForm(1000)}</query>`),
      ],
      [
        'disco#items of the domain',
        ITEMS,
        'get',
        'example.org',
        '<query xmlns="http://jabber.org/protocol/disco#items"><item jid="media.example.org" name="Media"/></query>',
      ],
      ['disco#items of the own account', ITEMS, 'get', 'alice@example.org', ITEMS],
      ['disco#items of the media service', ITEMS, 'get', 'media.example.org', ITEMS],
    ]
    for (const [what, payload, type, to, answer] of answered) {
      it(what, async () => {
        const alice = await bed.login('alice', 'phone')
        expect(await alice.ask(iq(payload, to && ` to="${to}"`, type))).to.equal(result(answer, to))
      })
    }

    const refused: [what: string, payload: string, type: string, to: string, condition: string][] = [
      ['vcard-temp', '<vCard xmlns="vcard-temp"/>', 'get', '', 'item-not-found'],
      [
        'PEP',
        '<pubsub xmlns="http://jabber.org/protocol/pubsub"><items node="x"/></pubsub>',
        'get',
        'alice@example.org',
        'item-not-found',
      ],
      [
        'bookmarks',
        '<query xmlns="jabber:iq:private"><storage xmlns="storage:bookmarks"/></query>',
        'get',
        '',
        'item-not-found',
      ],
      ['a change of the roster that changes nothing', query('jabber:iq:roster'), 'set', '', 'bad-request'],
      [
        'a registration where it is closed',
        query('jabber:iq:register'),
        'set',
        'example.org',
        'service-unavailable',
      ],
      [
        'a node that the domain does not have',
        '<query xmlns="http://jabber.org/protocol/disco#info" node="x"/>',
        'get',
        'example.org',
        'item-not-found',
      ],
      ['anything about another account', INFO, 'get', 'bob@example.org', 'service-unavailable'],
      ['anything about nobody’s account', INFO, 'get', 'nobody@example.org', 'service-unavailable'],
      ['a device that is gone', PING, 'get', 'bob@example.org/gone', 'service-unavailable'],
      ['another domain', PING, 'get', 'elsewhere.org', 'remote-server-not-found'],
      ['an address that is none', PING, 'get', 'a b@example.org', 'jid-malformed'],
      ['an iq without a payload', '', 'get', 'example.org', 'bad-request'],
      ['an iq with two payloads', PING + PING, 'get', 'example.org', 'bad-request'],
      ['an iq of no type that there is', PING, 'got', 'example.org', 'bad-request'],
      ['an iq without a payload to a device', '', 'get', 'bob@example.org/phone', 'bad-request'],
      ['an iq with two payloads to a device', PING + PING, 'set', 'bob@example.org/phone', 'bad-request'],
      ['an iq of no type that there is to a device', PING, 'got', 'bob@example.org/phone', 'bad-request'],
      ['an iq of no type that there is to nobody', PING, 'got', 'nobody@example.org', 'bad-request'],
      [
        'an unknown stanza to the media service',
        '<offer xmlns="urn:sluice:media:2"/>',
        'set',
        'media.example.org',
        'service-unavailable',
      ],
    ]
    for (const [what, payload, type, to, condition] of refused) {
      it(`${condition} to ${what}`, async () => {
        const alice = await bed.login('alice', 'phone')
        const answer = await alice.ask(iq(payload, to && ` to="${to}"`, type))
        expect(answer)
          .to.include('type="error"')
          .and.to.include(`<${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>`)
      })
    }

    it('no answer with an answer', async () => {
      const alice = await bed.login('alice', 'phone')
      alice.send(
        iq('', ' to="example.org"', 'result'),
        iq('', ' to="media.example.org"', 'error'),
        iq('', ' to="bob@example.org/gone"', 'result'),
      )
      expect(await alice.ask(iq(PING).replace('q1', 'q2'))).to.include('id="q2"')
    })

    it('internal-server-error when a store fails, and keeps the stream', async () => {
      bed.offline.put = () => Promise.reject(new Error('the database is down'))
      const alice = await bed.login('alice', 'phone')
      alice.send(message('bob@example.org', 'hi', ' id="m1"'))
      const answer = await alice.next()
      expect(answer)
        .to.match(/^<message [^>]*id="m1"/)
        .and.to.include('<internal-server-error ')
        .and.to.include('type="wait"')
      expect(await alice.ask(iq(PING))).to.include('type="result"')
    })
  })

  describe('routes', () => {
    it('a message to another device, with the sender’s full JID as the server knows it', async () => {
      const bob = await bed.login('bob', 'phone', 0)
      const alice = await bed.login('alice', 'phone')
      alice.send(
        message('bob@example.org', 'one'),
        message('bob@example.org/phone', 'two', ' from="alice@example.org"'),
      )
      expect(await bob.next()).to.equal(
        '<message xmlns="jabber:client" to="bob@example.org" type="chat" from="alice@example.org/phone"><body>one</body><stanza-id xmlns="urn:xmpp:sid:0" by="bob@example.org" id="1"/></message>',
      )
      expect(await bob.next()).to.equal(
        '<message xmlns="jabber:client" to="bob@example.org/phone" type="chat" from="alice@example.org/phone"><body>two</body><stanza-id xmlns="urn:xmpp:sid:0" by="bob@example.org" id="2"/></message>',
      )
    })

    it('no iq without an id, which says so, and no iq of bad form', async () => {
      const [alice, bob] = [await bed.login('alice', 'phone'), await bed.login('bob', 'phone')]
      const to = ' to="bob@example.org/phone"'
      alice.send(iq(PING, to).replace(' id="q1"', ''))
      expect(await alice.next())
        .to.include('type="error"')
        .and.to.include('<bad-request ')
      expect(await alice.ask(iq(PING + PING, to))).to.include('<bad-request ')
      alice.send(iq(PING, to).replace('q1', 'q2'))
      expect(await bob.next()).to.include(' id="q2"')
    })

    it('an iq to a device, and its answer back', async () => {
      const [alice, bob] = [await bed.login('alice', 'phone'), await bed.login('bob', 'phone')]
      alice.send(iq(PING, ' to="bob@example.org/phone"'))
      expect(await bob.next())
        .to.include('from="alice@example.org/phone"')
        .and.to.include(PING)
      bob.send('<iq xmlns="jabber:client" type="result" id="q1" to="alice@example.org/phone"/>')
      expect(await alice.next()).to.equal(
        '<iq xmlns="jabber:client" type="result" id="q1" to="alice@example.org/phone" from="bob@example.org/phone"/>',
      )
    })

    it('a spoofed result as what it is: from its sender', async () => {
      const [alice, mallory] = [await bed.login('alice', 'phone'), await bed.login('bob', 'mallory')]
      mallory.send(
        '<iq xmlns="jabber:client" type="result" id="q1" to="alice@example.org/phone" from="bob@example.org"/>',
      )
      expect(await alice.next()).to.include('from="bob@example.org/mallory"')
    })

    it('an error back for a message to nobody, and none for an error', async () => {
      const alice = await bed.login('alice', 'phone')
      alice.send(
        message('nobody@example.org', 'hi').replace('chat', 'error'),
        message('nobody@example.org', 'hi', ' id="m1"'),
      )
      expect(await alice.next()).to.equal(
        '<message xmlns="jabber:client" id="m1" from="nobody@example.org" to="alice@example.org/phone" type="error"><error type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>',
      )
    })

    it('no message to the media service', async () => {
      const alice = await bed.login('alice', 'phone')
      alice.send(message('media.example.org', 'hi'))
      expect(await alice.next()).to.include('<service-unavailable ')
    })

    it('no presence to whom nobody subscribed, nor to another domain', async () => {
      const alice = await bed.login('alice', 'phone', 0)
      alice.send('<presence xmlns="jabber:client" to="bob@example.org"/>')
      expect(await alice.next()).to.include('<feature-not-implemented ')
      for (const type of ['', ' type="subscribe"']) {
        alice.send(`<presence xmlns="jabber:client" to="room@elsewhere.org/alice"${type}/>`)
        expect(await alice.next()).to.include('<remote-server-not-found ')
      }
    })
  })

  describe('keeps a roster', () => {
    const roster = (item: string) => query('jabber:iq:roster').replace('/>', `>${item}</query>`)

    it('that a client changes and reads, and pushes each change', async () => {
      const alice = await bed.login('alice', 'phone')
      expect(await alice.ask(iq(query('jabber:iq:roster')))).to.include('type="result"')
      const item =
        '<item jid="bob@example.org" name="Bob" subscription="both"><group>A &amp; B</group></item>'
      alice.send(iq(roster(item), '', 'set').replace('q1', 'q2'))
      // In any order.
      const [pushed, answer] = [await alice.next(), await alice.next()].toSorted((frame) =>
        frame.includes('"set"') ? -1 : 1,
      )
      expect(answer).to.include('type="result"')
      const kept =
        '<item jid="bob@example.org" name="Bob" subscription="none"><group>A &amp; B</group></item></query></iq>'
      expect(pushed)
        .to.match(/^<iq xmlns="jabber:client" type="set" id="[^"]+" to="alice@example.org\/phone"><query /)
        .and.to.include(kept)
      expect(await alice.ask(iq(query('jabber:iq:roster')))).to.include(kept)
      const gone = '<item jid="bob@example.org" subscription="remove"/>'
      expect(await alice.ask(iq(roster(gone), '', 'set').replace('q1', 'q3'))).to.include('type="result"')
      expect(await alice.ask(iq(query('jabber:iq:roster')).replace('q1', 'q4'))).to.include(
        '<query xmlns="jabber:iq:roster"/>',
      )
    })

    for (const [what, items] of [
      ['two items', '<item jid="bob@example.org"/><item jid="carol@example.org"/>'],
      ['no address', '<item name="Bob"/>'],
      ['something else', '<thing jid="bob@example.org"/>'],
    ]) {
      it(`and refuses ${what}`, async () => {
        const alice = await bed.login('alice', 'phone')
        expect(await alice.ask(iq(roster(items ?? ''), '', 'set'))).to.include('<bad-request ')
      })
    }

    it('and brings a question from bare JID to bare JID, without what is too much to keep', async () => {
      const bob = await bed.login('bob', 'phone', 0)
      const alice = await bed.login('alice', 'phone')
      const ask = (status: string) =>
        alice.send(
          `<presence xmlns="jabber:client" id="p1" to="bob@example.org/x" type="subscribe"><status>${status}</status></presence>`,
        )
      ask('please')
      expect(await bob.next()).to.equal(
        '<presence xmlns="jabber:client" id="p1" to="bob@example.org" type="subscribe" from="alice@example.org"><status>please</status></presence>',
      )
      bob.send('<presence xmlns="jabber:client" to="alice@example.org" type="unsubscribed"/>')
      await bob.ask(iq(PING))
      ask('x'.repeat(3_000))
      expect(await bob.next()).to.equal(
        '<presence xmlns="jabber:client" id="p1" type="subscribe" from="alice@example.org" to="bob@example.org"/>',
      )
      alice.send('<presence xmlns="jabber:client" to="alice@example.org" type="subscribe"/>')
      expect(await alice.ask(iq(PING).replace('q1', 'q9'))).to.include('type="result"')
    })
  })

  describe('copies messages', () => {
    it('to a device from the moment it asks until it says no', async () => {
      const [phone, tablet] = [await bed.login('alice', 'phone'), await bed.login('alice', 'tablet')]
      const say = async (text: string) => {
        phone.send(message('bob@example.org', text))
        await phone.ask(iq(PING))
      }
      await say('one')
      expect(await tablet.ask(iq('<enable xmlns="urn:xmpp:carbons:2"/>', '', 'set'))).to.include(
        'type="result"',
      )
      await say('two')
      expect(await tablet.next())
        .to.include('<sent xmlns="urn:xmpp:carbons:2">')
        .and.to.include('<body>two</body>')
      expect(await tablet.ask(iq('<disable xmlns="urn:xmpp:carbons:2"/>', '', 'set'))).to.include(
        'type="result"',
      )
      await say('three')
      expect(await tablet.ask(iq(PING).replace('q1', 'q2'))).to.include('q2')
    })
  })

  describe('has an archive', () => {
    const MAM = 'urn:xmpp:mam:2'
    const RSM = 'http://jabber.org/protocol/rsm'
    const asked = (set = '', fields = '', more = ' queryid="f1"') =>
      iq(
        `<query xmlns="${MAM}"${more}>${
          fields &&
          `<x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE" type="hidden"><value>${MAM}</value></field>${fields}</x>`
        }<set xmlns="${RSM}">${set}</set></query>`,
        '',
        'set',
      )
    const field = (name: string, value: string) => `<field var="${name}"><value>${value}</value></field>`

    /** Alice's phone, after she has said this to Bob. */
    async function after(...texts: string[]): Promise<FrameClient> {
      const alice = await bed.login('alice', 'phone')
      alice.send(...texts.map((text) => message('bob@example.org', text)))
      await alice.ask(iq(PING))
      return alice
    }
    /** The texts of the results, and the end. */
    async function read(client: FrameClient, query: string): Promise<{ texts: string[]; end: string }> {
      const texts: string[] = []
      client.send(query)
      const end = await client.until((frame) => {
        if (frame.startsWith('<message ')) texts.push(/<body>(.*)<\/body>/.exec(frame)?.[1] ?? '')
        return frame.startsWith('<iq ')
      })
      return { texts, end: /<iq [^>]*>(.*)<\/iq>/.exec(end)?.[1] ?? end }
    }

    it('that gives each message as it was sent, with its id and date, and then an end', async () => {
      const alice = await after('one')
      alice.send(asked())
      expect(await alice.next()).to.equal(
        `<message xmlns="jabber:client" from="alice@example.org" to="alice@example.org/phone"><result xmlns="${MAM}" queryid="f1" id="1"><forwarded xmlns="urn:xmpp:forward:0"><delay xmlns="urn:xmpp:delay" stamp="${bed.clock.now().toISOString()}"/><message xmlns="jabber:client" to="bob@example.org" type="chat" from="alice@example.org/phone"><body>one</body></message></forwarded></result></message>`,
      )
      expect(await alice.next()).to.equal(
        `<iq xmlns="jabber:client" id="q1" to="alice@example.org/phone" type="result"><fin xmlns="${MAM}" complete="true"><set xmlns="${RSM}"><first>1</first><last>1</last></set></fin></iq>`,
      )
    })

    it('that pages both ways', async () => {
      const alice = await after('1', '2', '3', '4', '5')
      const end = (first: string, last: string, isComplete = false) =>
        `<fin xmlns="${MAM}"${isComplete ? ' complete="true"' : ''}><set xmlns="${RSM}"><first>${first}</first><last>${last}</last></set></fin>`
      const pages: [set: string, texts: string[], end: string][] = [
        ['<max>2</max>', ['1', '2'], end('1', '2')],
        ['<max>2</max><after>2</after>', ['3', '4'], end('3', '4')],
        ['<max>2</max><after>4</after>', ['5'], end('5', '5', true)],
        ['<max>2</max><before/>', ['4', '5'], end('4', '5')],
        ['<max>2</max><before>4</before>', ['2', '3'], end('2', '3')],
        ['<max>9</max><before>4</before>', ['1', '2', '3'], end('1', '3', true)],
        ['<max>0</max>', [], `<fin xmlns="${MAM}"><set xmlns="${RSM}"/></fin>`],
        ['<after>5</after>', [], `<fin xmlns="${MAM}" complete="true"><set xmlns="${RSM}"/></fin>`],
      ]
      for (const [set, texts, expected] of pages)
        expect(await read(alice, asked(set)), set).to.deep.equal({ texts, end: expected })
    })

    it('that gives 100 messages at most', async () => {
      const alice = await after(...Array.from({ length: 101 }, (_, index) => `${index}`))
      for (const set of ['', '<max>1000</max>'])
        expect((await read(alice, asked(set))).texts).to.have.length(100)
    })

    it('that gives less than a device could leave unread', async () => {
      const alice = await after(...Array.from({ length: 4 }, () => 'x'.repeat(200_000)))
      const { end, texts } = await read(alice, asked())
      expect(texts).to.have.length(2)
      expect(end).not.to.include('complete')
    })

    it('that leaves out what is not asked for', async () => {
      const alice = await after('to bob')
      alice.send(message('alice@example.org', 'to herself'))
      const early = new Date(bed.clock.now().getTime() - 1).toISOString()
      const filters: [fields: string, texts: string[]][] = [
        [field('with', 'BOB@example.org'), ['to bob']],
        [field('with', 'bob@example.org/phone'), []],
        [field('start', early), ['to bob', 'to herself']],
        [field('end', early), []],
        [field('with', 'alice@example.org') + field('start', early), ['to herself']],
      ]
      for (const [fields, texts] of filters)
        expect((await read(alice, asked('', fields))).texts, fields).to.deep.equal(texts)
    })

    const wrong: [what: string, query: string, condition: string][] = [
      ['an id that it never gave', asked('<after>7</after>'), 'item-not-found'],
      ['a node', asked('', '', ' node="x"'), 'item-not-found'],
      ['a field that it does not know', asked('', field('withtext', 'x')), 'feature-not-implemented'],
      ['a page by its number', asked('<index>2</index>'), 'feature-not-implemented'],
      ['a number that is none', asked('<max>many</max>'), 'bad-request'],
      ['a date that is none', asked('', field('start', 'yesterday')), 'bad-request'],
      ['a date without a zone', asked('', field('start', '2026-03-08T12:00:00')), 'bad-request'],
      ['another form', asked('', field('FORM_TYPE', 'x')), 'bad-request'],
      ['an address that is none', asked('', field('with', 'a b@example.org')), 'jid-malformed'],
      ['preferences that are none', iq(`<prefs xmlns="${MAM}" default="maybe"/>`, '', 'set'), 'bad-request'],
      [
        'exceptions from the preferences',
        iq(
          `<prefs xmlns="${MAM}" default="always"><never><jid>bob@example.org</jid></never></prefs>`,
          '',
          'set',
        ),
        'feature-not-implemented',
      ],
      [
        'the archive of somebody else',
        asked().replace('<iq ', '<iq to="bob@example.org" '),
        'service-unavailable',
      ],
    ]
    for (const [what, query, condition] of wrong) {
      it(`that answers ${condition} to ${what}`, async () => {
        const alice = await after('one')
        expect((await read(alice, query)).end).to.include(`<${condition} `)
      })
    }

    it('that says what can be asked', async () => {
      const alice = await bed.login('alice', 'phone')
      expect(await alice.ask(iq(query(MAM)))).to.include(
        `<query xmlns="${MAM}"><x xmlns="jabber:x:data" type="form"><field var="FORM_TYPE" type="hidden"><value>${MAM}</value></field><field var="with" type="jid-single"/><field var="start" type="text-single"/><field var="end" type="text-single"/></x></query>`,
      )
    })

    it('that keeps by the preferences', async () => {
      const alice = await bed.login('alice', 'phone')
      const prefs = (rule: string) => `<prefs xmlns="${MAM}" default="${rule}"><always/><never/></prefs>`
      expect(await alice.ask(iq(`<prefs xmlns="${MAM}"/>`))).to.include(prefs('always'))
      expect(await alice.ask(iq(prefs('never'), '', 'set'))).to.include(prefs('never'))
      alice.send(message('bob@example.org', 'one'))
      expect((await read(alice, asked())).texts).to.deep.equal([])
      expect(await alice.ask(iq(`<prefs xmlns="${MAM}"/>`))).to.include(prefs('never'))
    })
  })

  describe('delivers what waited', () => {
    const waiting = async () => (await bed.offline.list('bob@example.org', { limit: 10, except: [] })).length

    it('with its stamp, and forgets it when the device has answered a ping behind it', async () => {
      const alice = await bed.login('alice', 'phone')
      alice.send(message('bob@example.org', 'one'), message('bob@example.org', 'two'))
      await alice.ask(iq(PING))
      const bob = await bed.login('bob', 'phone', 0)
      expect(await bob.next()).to.match(
        /<body>one<\/body><stanza-id xmlns="urn:xmpp:sid:0" by="bob@example.org" id="1"\/><delay xmlns="urn:xmpp:delay" from="example.org" stamp="[^"]+Z"\/>/,
      )
      expect(await bob.next()).to.include('<body>two</body>')
      const ping = await bob.next()
      expect(ping).to.match(
        /^<iq xmlns="jabber:client" type="get" id="[^"]+" from="example.org" to="bob@example.org\/phone"><ping /,
      )
      expect(await waiting()).to.equal(2)
      const id = / id="([^"]*)"/.exec(ping)?.[1]
      const forged = `<iq xmlns="jabber:client" type="result" id="${id}" to="bob@example.org/phone"/>`
      alice.send(forged)
      await bob.next()
      expect(await waiting()).to.equal(2)
      bob.send(`<iq xmlns="jabber:client" type="result" id="${id}" to="example.org"/>`)
      await until(async () => (await waiting()) === 0)
    })

    it('again to the next device, when the connection dies before the answer', async () => {
      const alice = await bed.login('alice', 'phone')
      alice.send(message('bob@example.org', 'hi'))
      await alice.ask(iq(PING))
      const dying = await bed.login('bob', 'dying', 0)
      await dying.until((frame) => frame.includes('<ping '))
      dying.terminate()
      const bob = await bed.login('bob', 'phone', 0)
      expect(await bob.until((frame) => frame.startsWith('<message '))).to.include('<body>hi</body>')
    })

    async function keptForBob(): Promise<{ bob: FrameClient; id: string | undefined }> {
      const alice = await bed.login('alice', 'phone')
      alice.send(message('bob@example.org', 'hi'))
      await alice.ask(iq(PING))
      const bob = await bed.login('bob', 'phone', 0)
      const ping = await bob.until((frame) => frame.includes('<ping '))
      return { bob, id: / id="([^"]*)"/.exec(ping)?.[1] }
    }

    it('and takes an answer that is minutes late, from a device that says something meanwhile', async () => {
      const { bob, id } = await keptForBob()
      for (let minutes = 0; minutes < 12; minutes += 4) {
        await bob.ask(iq(PING))
        for (let passed = 0; passed < 240_000; passed += 20_000) {
          bed.clock.pass(20_000)
          await bob.ping()
        }
      }
      expect(await waiting()).to.equal(1)
      bob.send(`<iq xmlns="jabber:client" type="result" id="${id}"/>`)
      await until(async () => (await waiting()) === 0)
    })

    it('and ends a device that is silent for 5 minutes though it owes an answer', async () => {
      const { bob } = await keptForBob()
      for (let passed = 0; passed < 300_000; passed += 20_000) {
        bed.clock.pass(20_000)
        if (passed < 280_000) await bob.ping()
      }
      expect(await bob.next()).to.include('<connection-timeout ')
      expect(await waiting()).to.equal(1)
    })
  })

  describe('with registration open', () => {
    let open: ChatBed

    beforeEach(async () => {
      open = await ChatBed.open({ registrationOpen: true })
    })

    afterEach(() => open.close())

    const register = (fields: string) =>
      iq(`<query xmlns="jabber:iq:register">${fields}</query>`, ' to="example.org"', 'set')

    it('says so, and to members that they are registered', async () => {
      const alice = await open.login('alice', 'phone')
      expect(
        await alice.ask(iq(query('http://jabber.org/protocol/disco#info'), ' to="example.org"')),
      ).to.include('<feature var="jabber:iq:register"/>')
      expect(await alice.ask(iq(query('jabber:iq:register'), ' to="example.org"'))).to.include(
        '<registered/><username>alice</username>',
      )
    })

    it('changes the own password, and nobody else’s', async () => {
      const alice = await open.login('alice', 'phone')
      const fields = (name: string) => `<username>${name}</username><password>new secret</password>`
      expect(await alice.ask(register(fields('bob')))).to.include('<not-allowed ')
      expect(await alice.ask(register(fields('alice')))).to.include('type="result"')
      const again = await open.connect()
      expect(await again.login('alice', 'new secret')).to.match(/^alice@/)
    })

    it('removes the own account: the answer first, then the end of all its sessions', async () => {
      const [alice, other] = [await open.login('alice', 'phone'), await open.login('alice', 'tablet')]
      alice.send(register('<remove/>'))
      const frames = await alice.rest()
      expect(frames[0]).to.include('type="result"')
      expect(frames[1]).to.include('<not-authorized ')
      expect((await other.rest())[0]).to.include('<not-authorized ')
      expect(await open.messaging.accounts.list()).to.deep.equal(['bob@example.org'])
    })

    it('refuses a removal that asks for more', async () => {
      const alice = await open.login('alice', 'phone')
      expect(await alice.ask(register('<remove/><username>alice</username>'))).to.include('<bad-request ')
      expect(await open.messaging.accounts.list()).to.have.length(2)
    })
  })
})

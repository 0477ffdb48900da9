import { element, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { until } from '../../../test/transfer/transfer-bed.ts'
import { ComponentServer, type ServerLink } from '../../../test/xmpp/component-server.ts'
import { SystemClock } from '../../operations/system-clock.ts'
import { ComponentRefused } from './component-refused.ts'
import { type ComponentAddress, ComponentStream } from './component-stream.ts'

const CLOCK = new SystemClock()

describe('ComponentStream', () => {
  let server: ComponentServer
  let stanzas: XmlElement[]
  let unreadable: [stanza: XmlElement, condition: string][]
  let streams: ComponentStream[]

  beforeEach(async () => {
    server = await ComponentServer.listen()
    stanzas = []
    unreadable = []
    streams = []
  })

  afterEach(async () => {
    for (const stream of streams) stream.destroy(new Error('the test is over'))
    await server.close()
  })

  async function open(
    more: { address?: Partial<ComponentAddress>; openTimeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<ComponentStream> {
    const stream = await ComponentStream.open(
      {
        address: { ...server.address, ...more.address },
        clock: CLOCK,
        openTimeoutMs: more.openTimeoutMs ?? 10_000,
        maxBufferedBytes: 100_000,
        intake: () => ({
          onStanza: (stanza) => stanzas.push(stanza),
          onUnreadable: (stanza, error) => unreadable.push([stanza, error.condition]),
        }),
      },
      more.signal,
    )
    streams.push(stream)
    return stream
  }

  async function linked(): Promise<{ stream: ComponentStream; link: ServerLink }> {
    const stream = await open()
    // What was heard so far is the handshake.
    stream.takeHeard()
    return { stream, link: await server.link(server.links.length) }
  }

  const failureOf = async (opening: Promise<ComponentStream>): Promise<Error> => {
    const error = await opening.then(
      () => new Error('it opened'),
      (error: unknown) => error,
    )
    expect(error).to.be.instanceOf(Error)
    return error as Error
  }
  const texts = () => stanzas.map((stanza) => stanza.getChildText('body'))

  it('opens a stream to its JID, and shows that it knows the secret, whose letters are UTF-8', async () => {
    const { link } = await linked()
    expect(link.received).to.match(/^<\?xml version='1.0'\?><stream:stream [^>]*to="media.example.org"/)
    expect(link.received).to.include('xmlns="jabber:component:accept"')
  })

  it('hands over the stanzas in order, whatever the packets they come in', async () => {
    const { link } = await linked()
    for (const piece of ['<message><bo', 'dy>a</body></message><mes', 'sage><body>b</body></message>']) {
      link.send(piece)
      await until(() => streams[0]?.takeHeard() === true)
    }
    await until(() => stanzas.length === 2)
    expect(texts()).to.deep.equal(['a', 'b'])
    expect(stanzas[0]?.getNS()).to.equal('jabber:component:accept')
  })

  it('keeps a character whole that two packets share', async () => {
    const { link } = await linked()
    const bytes = Buffer.from('<message><body>a 😀 b</body></message>')
    const middle = bytes.indexOf('😀') + 2
    link.send(bytes.subarray(0, middle))
    // Until the first half has been read: otherwise the two would be one packet.
    await until(() => streams[0]?.takeHeard() === true)
    link.send(bytes.subarray(middle))
    await until(() => stanzas.length === 1)
    expect(texts()).to.deep.equal(['a 😀 b'])
  })

  const BAD: readonly [what: string, stanza: string, condition: string][] = [
    ['nests too deep', `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`, 'policy-violation'],
    [
      'nests deep enough for a stack to overflow',
      `${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}`,
      'policy-violation',
    ],
    ['is too long', `<body>${'x'.repeat(300_000)}</body>`, 'policy-violation'],
    ['holds too many elements', '<a/>'.repeat(5_000), 'policy-violation'],
    ['uses a prefix that nobody declared', '<x:a/>', 'not-well-formed'],
    ['closes another element than it opened', '<a></b>', 'not-well-formed'],
    ['holds a comment', '<!-- a -->', 'restricted-xml'],
    ['holds an entity of its own', '<body>&lol;</body>', 'restricted-xml'],
  ]
  for (const [what, content, condition] of BAD) {
    it(`goes on when a stanza ${what}, and tells who sent it`, async () => {
      const { link, stream } = await linked()
      link.send(
        `<message from='a@example.org/b' id='1'>${content}</message><message><body>next</body></message>`,
      )
      await until(() => stanzas.length === 1)
      expect(texts()).to.deep.equal(['next'])
      const [stanza, told] = unreadable[0] ?? []
      expect(stanza?.attrs).to.include({ from: 'a@example.org/b', id: '1' })
      expect(stanza?.children).to.deep.equal([])
      expect(told).to.equal(condition)
      expect(stream.send(' ')).to.equal(true)
    })
  }

  for (const text of ['not xml at all', '<!DOCTYPE a []>', '</stream:stream>', '</stream:stream><iq/>more']) {
    it(`ends, and takes nothing down with it, when the server sends ${text}`, async () => {
      const { link, stream } = await linked()
      link.send(text)
      link.send('<message/>')
      expect(await stream.ended).to.be.instanceOf(Error)
      expect(stream.send(' ')).to.equal(false)
      await link.ended()
    })
  }

  for (const condition of ['conflict', 'system-shutdown', 'see-other-host']) {
    it(`ends with the reason when the server says ${condition}, and goes nowhere else`, async () => {
      const { link, stream } = await linked()
      link.refuse(condition)
      const reason = await stream.ended
      expect(reason).to.be.instanceOf(ComponentRefused).with.property('condition', condition)
      expect(server.links).to.have.length(1)
    })
  }

  it('lives through an error of the server that says nothing', async () => {
    const { link, stream } = await linked()
    link.send('<stream:error/>')
    expect(await stream.ended).to.be.instanceOf(ComponentRefused)
  })

  it('says that its secret is wrong', async () => {
    const error = await failureOf(open({ address: { secret: 'wrong' } }))
    expect(error).to.be.instanceOf(ComponentRefused).with.property('condition', 'not-authorized')
  })

  it('fails when nobody listens, and when the server does not answer in time', async () => {
    const { port } = server.address
    await server.close()
    expect((await failureOf(open())).message).to.include('ECONNREFUSED')
    server = await ComponentServer.listen(port)
    server.reception = 'silence'
    const error = await failureOf(open({ openTimeoutMs: 50 }))
    expect(error.message).to.equal('the chat server did not answer in time')
    await server.links[0]?.ended()
  })

  it('fails when the server hangs up before the handshake is over', async () => {
    server.reception = 'silence'
    const opening = failureOf(open())
    await server.connected(1)
    await server.links[0]?.got(/stream:stream/)
    server.links[0]?.drop()
    await opening
  })

  it('gives up when it is told to', async () => {
    server.reception = 'silence'
    const stop = new AbortController()
    const opening = failureOf(open({ signal: stop.signal }))
    await server.connected(1)
    stop.abort()
    await opening
    await server.links[0]?.ended()
    await failureOf(open({ signal: stop.signal }))
  })

  it('ends when the server does not read what it is sent', async () => {
    const { stream } = await linked()
    let sent = 0
    while (stream.send('x'.repeat(50_000)) && sent < 1_000) sent += 1
    expect((await stream.ended)?.message).to.equal('the chat server does not read what it is sent')
  })

  it('closes with a goodbye, behind all that it has sent', async () => {
    const { link, stream } = await linked()
    stream.send(element('message', { id: 'last' }))
    await stream.close(5_000)
    expect(link.received).to.match(/<message id="last"\/><\/stream:stream>$/)
    expect(await stream.ended).to.equal(undefined)
  })

  it('does not wait for ever for the goodbye of a server', async () => {
    server.reception = 'welcome'
    const { stream } = await linked()
    await stream.close(0)
    expect(await stream.ended).to.equal(undefined)
  })
})

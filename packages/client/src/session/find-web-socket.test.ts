import { expect } from 'chai'
import type { HttpResponse, HttpTransport } from '../transfers/http-transport.ts'
import { Unreachable } from '../unreachable.ts'
import { findWebSocket } from './find-web-socket.ts'

const LINK = 'urn:xmpp:alt-connections:websocket'
const { signal } = new AbortController()

type Page = string | { redirect: string }

/** A web of these pages; anything else is 404. */
function web(pages: Record<string, Page>): HttpTransport & { asked: string[] } {
  const asked: string[] = []
  const answer = (status: number, text = '', location?: string): HttpResponse => ({
    status,
    header: (name) => (name === 'location' ? location : undefined),
    body: (async function* () {
      yield new TextEncoder().encode(text)
    })(),
  })
  return {
    asked,
    async send({ url }) {
      asked.push(url)
      const page = pages[url]
      if (page === undefined) return answer(404, 'no')
      return typeof page === 'string' ? answer(200, page) : answer(302, '', page.redirect)
    },
    close() {},
  }
}

const json = (...hrefs: string[]) =>
  JSON.stringify({
    links: [
      { rel: 'urn:xmpp:alt-connections:xbosh', href: 'https://x/b' },
      ...hrefs.map((href) => ({ rel: LINK, href })),
    ],
  })
const xrd = (href: string) => `<?xml version='1.0' encoding='utf-8'?>
<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>
  <Link rel='urn:xmpp:alt-connections:xbosh' href='https://x/b'/>
  <Link rel='${LINK}' href='${href}'/>
</XRD>`

const find = (domain: string, transport: HttpTransport) => findWebSocket(domain, { transport, signal })
const base = 'https://example.org/.well-known/host-meta'

describe('the WebSocket of a domain', () => {
  it('is what its host-meta says, as JSON or else as XRD', async () => {
    const both = web({ [`${base}.json`]: json('wss://chat.example.org/ws'), [base]: xrd('wss://other/ws') })
    expect(await find('example.org', both)).to.equal('wss://chat.example.org/ws')
    expect(both.asked).to.deep.equal([`${base}.json`])
    for (const broken of [undefined, 'not json', '{}', '[]', 'null', '{"links":[null]}'])
      expect(
        await find(
          'example.org',
          web({ ...(broken !== undefined && { [`${base}.json`]: broken }), [base]: xrd('wss://other/ws') }),
        ),
      ).to.equal('wss://other/ws')
  })

  it('is the usual one when nobody says', async () => {
    expect(await find('example.org', web({}))).to.equal('wss://example.org/xmpp-websocket')
    expect(await find('example.org', web({ [base]: '<no' }))).to.equal('wss://example.org/xmpp-websocket')
    const down: HttpTransport = {
      send: async () => {
        throw new Unreachable('The connection failed')
      },
      close() {},
    }
    expect(await find('example.org', down)).to.equal('wss://example.org/xmpp-websocket')
  })

  it('is encrypted, unless nothing leaves this machine', async () => {
    const pages = web({
      [`${base}.json`]: json(
        'ws://example.org/ws',
        'ws://127.0.0.1/ws',
        'http://x',
        'nonsense',
        'wss://safe/ws',
      ),
    })
    expect(await find('example.org', pages)).to.equal('wss://safe/ws')
    const local = 'http://localhost/.well-known/host-meta.json'
    expect(
      await find('localhost', web({ [local]: json('ws://example.org/ws', 'ws://127.0.0.1:5280/ws') })),
    ).to.equal('ws://127.0.0.1:5280/ws')
  })

  it('is found behind redirects, but not out of TLS and not for ever', async () => {
    const to = (redirect: string, then: Record<string, Page> = {}) =>
      web({ [`${base}.json`]: { redirect }, ...then })
    const page = json('wss://www.example.org/ws')
    expect(
      await find('example.org', to('https://www.example.org/m', { 'https://www.example.org/m': page })),
    ).to.equal('wss://www.example.org/ws')
    for (const pages of [
      to('http://www.example.org/m', { 'http://www.example.org/m': page }),
      to(`${base}.json`),
    ])
      expect(await find('example.org', pages)).to.equal('wss://example.org/xmpp-websocket')
  })

  it('is not looked for in a page without an end', async () => {
    const endless = web({ [`${base}.json`]: `${' '.repeat(70_000)}${json('wss://late/ws')}` })
    expect(await find('example.org', endless)).to.equal('wss://example.org/xmpp-websocket')
  })

  it('is no longer looked for once the caller stops', async () => {
    const stop = new AbortController()
    const hanging: HttpTransport = {
      async send() {
        stop.abort(new Error('stopped'))
        throw stop.signal.reason
      },
      close() {},
    }
    const failure = await findWebSocket('example.org', { transport: hanging, signal: stop.signal }).catch(
      (error) => error,
    )
    expect(failure).to.have.property('message', 'stopped')
  })
})

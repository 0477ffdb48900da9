import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { type ListeningGateway, listenScripted } from '../../test/http/scripted-gateway.ts'
import type { TourControl, TourNetwork } from '../tour/tour-control.ts'

class ScriptedNetwork implements TourNetwork {
  readonly url: string
  readonly carried = { up: 12, down: 34 }
  connected = true
  bytesPerSecond: number | undefined

  constructor(url: string) {
    this.url = url
  }
  throttle(bytesPerSecond: number | undefined) {
    this.bytesPerSecond = bytesPerSecond
  }
  cut() {
    this.connected = false
  }
  restore() {
    this.connected = true
  }
}

const web = { files: new Map(), origins: [] }

describe('what the page’s tour can ask of the gateway', () => {
  let gateway: ListeningGateway
  let restarts: number
  let networks: Record<'alice' | 'bob', ScriptedNetwork>

  beforeEach(async () => {
    restarts = 0
    networks = {
      alice: new ScriptedNetwork('http://127.0.0.1:1'),
      bob: new ScriptedNetwork('http://127.0.0.1:2'),
    }
    const tour: TourControl = {
      gateway: { url: 'http://127.0.0.1:8400', domain: 'localhost' },
      networks,
      starts: 1,
      restart: () => {
        restarts++
      },
    }
    gateway = await listenScripted({}, { web, tour })
  })
  afterEach(() => gateway.close())

  /** As a browser would, for the page itself; `headers` takes away what is undefined. */
  async function ask(
    method: string,
    path: string,
    { body, headers = {}, host = '127.0.0.1' }: Asking = {},
  ): Promise<{ status: number; json: Record<string, unknown>; body: string }> {
    const own = `127.0.0.1:${gateway.port}`
    const all: Record<string, string | undefined> = {
      host: own,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
      ...(method === 'POST' && { origin: `http://${own}` }),
      ...headers,
    }
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
    const asked = request({ host, port: gateway.port, method, path, headers: Object.fromEntries(given) })
    asked.end(body)
    const [answer] = await new Promise<[import('node:http').IncomingMessage]>((resolve, reject) => {
      asked.once('response', (...got) => resolve(got)).once('error', reject)
    })
    const said = await text(answer)
    return {
      status: answer.statusCode ?? 0,
      body: said,
      json: said.startsWith('{') ? (JSON.parse(said) as Record<string, unknown>) : {},
    }
  }

  it('is the state of both networks', async () => {
    const { json } = await ask('GET', '/tour')
    const network = { connected: true, bytesPerSecond: null, carried: { up: 12, down: 34 } }
    expect(json).to.deep.equal({
      available: true,
      starts: 1,
      gateway: { url: 'http://127.0.0.1:8400', domain: 'localhost' },
      networks: {
        alice: { url: 'http://127.0.0.1:1', ...network },
        bob: { url: 'http://127.0.0.1:2', ...network },
      },
    })
  })

  it('is to slow one network, to cut it and to restore it, each by itself', async () => {
    const change = (body: object) =>
      ask('POST', '/tour/networks/alice', { body: JSON.stringify(body) }).then(({ status }) => status)
    expect(await change({ bytesPerSecond: 5_000_000 })).to.equal(200)
    expect(networks.alice).to.include({ bytesPerSecond: 5_000_000, connected: true })
    expect(await change({ connected: false })).to.equal(200)
    expect(networks.alice).to.include({ bytesPerSecond: 5_000_000, connected: false })
    expect(await change({ bytesPerSecond: null, connected: true })).to.equal(200)
    expect(networks.alice).to.include({ bytesPerSecond: undefined, connected: true })
    expect(networks.bob).to.include({ bytesPerSecond: undefined, connected: true })
  })

  it('is to start again', async () => {
    expect((await ask('POST', '/tour/restart', { body: '{}' })).status).to.equal(202)
    expect(restarts).to.equal(1)
  })

  it('is refused where it is no sense', async () => {
    for (const [path, body] of [
      ['/tour/networks/carol', '{}'],
      ['/tour/networks/alice', '[1'],
      ['/tour/networks/alice', '"fast"'],
      ['/tour/networks/alice', '{"bytesPerSecond":0}'],
      ['/tour/networks/alice', '{"bytesPerSecond":"5"}'],
      ['/tour/networks/alice', '{"connected":"no"}'],
    ] as const)
      expect((await ask('POST', path, { body })).status, `${path} ${body}`).to.equal(400)
    const plain = { body: '{}', headers: { 'content-type': 'text/plain' } }
    expect((await ask('POST', '/tour/restart', plain)).status).to.equal(415)
    expect(restarts).to.equal(0)
  })

  for (const [who, headers] of [
    ['another site’s page', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    [
      'another site’s page in a browser that says less',
      { origin: 'https://evil.example', 'sec-fetch-site': undefined },
    ],
    [
      'a page of another port of this machine',
      { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' },
    ],
    ['a sandboxed page', { origin: 'null' }],
    ['a name that was made to lead here', { host: 'evil.example', origin: 'http://evil.example' }],
    [
      'a name that only looks like this machine',
      { host: '127.0.0.1.evil.example', origin: 'http://127.0.0.1.evil.example' },
    ],
    ['a proxy before the gateway', { 'x-forwarded-for': '192.0.2.1' }],
  ] as [string, Record<string, string | undefined>][]) {
    it(`is not for ${who}`, async () => {
      for (const [path, body] of [
        ['/tour/restart', '{}'],
        ['/tour/networks/alice', '{"connected":false}'],
      ] as const)
        expect((await ask('POST', path, { body, headers })).status, path).to.equal(403)
      expect(restarts).to.equal(0)
      expect(networks.alice.connected).to.equal(true)
      expect((await ask('GET', '/tour', { headers })).json).to.deep.equal({ available: false })
    })
  }

  it('is not for a program that says of no page that it speaks for it', async () => {
    const headers = { origin: undefined, 'sec-fetch-site': undefined }
    expect((await ask('POST', '/tour/restart', { body: '{}', headers })).status).to.equal(403)
  })

  it('is not for another machine, even if it names this one', async function () {
    const address = Object.values(networkInterfaces())
      .flat()
      .find((found) => found?.family === 'IPv4' && !found.internal)?.address
    if (address === undefined) this.skip()
    await gateway.close()
    const tour: TourControl = {
      gateway: { url: '', domain: '' },
      networks,
      starts: 1,
      restart: () => restarts++,
    }
    gateway = await listenScripted({}, { web, tour }, '0.0.0.0')
    expect((await ask('POST', '/tour/restart', { body: '{}', host: address })).status).to.equal(403)
    expect(restarts).to.equal(0)
  })

  it('is nothing where the tour may not be played', async () => {
    await gateway.close()
    gateway = await listenScripted({}, { web })
    expect((await ask('GET', '/tour')).json).to.deep.equal({ available: false })
    expect((await ask('POST', '/tour/restart', { body: '{}' })).status).to.equal(404)
  })
})

interface Asking {
  readonly body?: string
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly host?: string
}

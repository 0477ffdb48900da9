import { expect } from 'chai'
import { afterEach, describe, it } from 'mocha'
import { type ListeningGateway, listenScripted, RecordingLogger } from '../../test/http/scripted-gateway.ts'
import type { HttpNeeds } from './http-needs.ts'

describe('the HTTP server', () => {
  let gateway: ListeningGateway
  afterEach(() => gateway.close())

  async function serve(needs: Partial<HttpNeeds> = {}) {
    gateway = await listenScripted({}, needs)
  }
  const get = (path: string) => fetch(gateway.url + path)

  it('answers / with the page as text', async () => {
    await serve()
    const answer = await get('/')
    expect(answer.headers.get('content-type')).to.equal('text/plain; charset=utf-8')
    expect(await answer.text()).to.equal('the page\n')
  })

  it('is healthy as soon as it answers', async () => {
    await serve({ readiness: async () => ({ database: false }) })
    expect((await get('/healthz')).status).to.equal(200)
  })

  it('is ready when everything that it needs is', async () => {
    await serve()
    const answer = await get('/readyz')
    expect(answer.status).to.equal(200)
    expect(answer.headers.get('cache-control')).to.equal('no-store')
    expect(await answer.json()).to.deep.equal({
      ready: true,
      draining: false,
      checks: { database: true, store: true },
    })
  })

  it('is not ready without its database, while draining, or when it cannot tell', async () => {
    const logger = new RecordingLogger()
    for (const needs of [
      { readiness: async () => ({ database: false, store: true }) },
      { draining: () => true },
      { readiness: () => Promise.reject(new Error('secret')), logger },
    ]) {
      await serve(needs)
      const answer = await get('/readyz')
      expect(answer.status).to.equal(503)
      expect(await answer.text())
        .to.contain('"ready":false')
        .and.not.contain('secret')
      await gateway.close()
    }
    expect(logger.of('warn')).to.deep.equal(['readiness could not be told'])
  })

  it('tells how its link to the chat server stands, and is ready without one: bytes need no link', async () => {
    for (const link of ['online', 'down', 'elsewhere'] as const) {
      await serve({ link: () => link })
      const answer = await get('/readyz')
      expect(answer.status).to.equal(200)
      expect(await answer.json()).to.include({ ready: true, link })
      await gateway.close()
    }
  })

  it('publishes no WebSocket endpoint where it has none', async () => {
    await serve({ websocketUrl: undefined })
    for (const path of ['/.well-known/host-meta', '/.well-known/host-meta.json'])
      expect((await get(path)).status).to.equal(404)
  })

  it('publishes the WebSocket endpoint for any page to read (XEP-0156)', async () => {
    await serve({
      websocketUrl: 'wss://chat.example/xmpp-websocket?a=1&b=2',
      accounts: { domain: 'example.org', registration: 'closed' },
    })
    const xrd = await get('/.well-known/host-meta')
    expect(xrd.headers.get('content-type')).to.equal('application/xrd+xml; charset=utf-8')
    expect(xrd.headers.get('access-control-allow-origin')).to.equal('*')
    expect(await xrd.text()).to.equal(
      '<?xml version="1.0" encoding="utf-8"?>\n' +
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">' +
        '<Link rel="urn:xmpp:alt-connections:websocket" href="wss://chat.example/xmpp-websocket?a=1&amp;b=2"/></XRD>\n',
    )
    const json = await get('/.well-known/host-meta.json')
    expect(json.headers.get('access-control-allow-origin')).to.equal('*')
    expect(await json.json()).to.deep.equal({
      links: [
        { rel: 'urn:xmpp:alt-connections:websocket', href: 'wss://chat.example/xmpp-websocket?a=1&b=2' },
      ],
      properties: {
        'urn:sluice:accounts:domain': 'example.org',
        'urn:sluice:accounts:registration': 'closed',
      },
    })
  })

  it('answers HEAD wherever it answers GET, the same without the content (RFC 9110 §9.3.2)', async () => {
    await serve()
    for (const path of [
      '/',
      '/healthz',
      '/readyz',
      '/.well-known/host-meta',
      '/.well-known/host-meta.json',
    ]) {
      const whole = await get(path)
      const content = await whole.arrayBuffer()
      const answer = await fetch(gateway.url + path, { method: 'HEAD' })
      expect(answer.status, path).to.equal(200)
      expect(answer.headers.get('content-type')).to.equal(whole.headers.get('content-type'))
      expect(answer.headers.get('content-length')).to.equal(String(content.byteLength))
    }
  })

  it('answers 405 with what an address takes to a method that it does not take', async () => {
    await serve()
    for (const [method, path, allow] of [
      ['DELETE', '/healthz', 'OPTIONS, GET, HEAD'],
      ['GET', '/uploads', 'OPTIONS, POST'],
      ['POST', '/uploads/x', 'OPTIONS, HEAD, PATCH, DELETE'],
      ['PUT', '/uploads/x/cancel', 'OPTIONS, POST'],
      ['POST', '/media/m1/name', 'OPTIONS, GET, HEAD'],
    ] as const) {
      const body = method === 'POST' ? 'a body of a type that nobody reads' : null
      const answer = await fetch(gateway.url + path, { method, body, headers: { 'content-type': 'a/b' } })
      expect(answer.status, `${method} ${path}`).to.equal(405)
      expect(answer.headers.get('allow')).to.equal(allow)
      expect(await answer.text()).to.equal(`This address takes ${allow}.\n`)
    }
  })

  it('has nothing elsewhere', async () => {
    await serve()
    const answer = await get('/elsewhere')
    expect(answer.status).to.equal(404)
    expect(await answer.text()).to.equal('There is nothing at this address.\n')
  })

  it('offers its bare server for upgrades', async () => {
    await serve()
    expect(gateway.app.server.listening).to.equal(true)
  })
})

import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { expect } from 'chai'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { RawConnection } from '../../test/http/raw-connection.ts'
import { STATUS, TUS, UPLOAD_ID } from '../../test/http/samples.ts'
import { type ListeningGateway, listenScripted } from '../../test/http/scripted-gateway.ts'

const H2C = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' }
const PATCH = { ...TUS, 'content-type': 'application/offset+octet-stream', 'upload-offset': '4' }
const STATE = `GET /uploads/${UPLOAD_ID}/state`

describe('a request with Upgrade, where upgrades are taken', () => {
  let gateway: ListeningGateway
  let client: RawConnection
  let bodies: string[]
  let upgrades: string[]

  beforeEach(async () => {
    bodies = []
    upgrades = []
    gateway = await listenScripted({
      receiveUpload: {
        run: async ({ body }) => {
          let text = ''
          for await (const bytes of body) text += bytes
          bodies.push(text)
          return STATUS
        },
      },
      inspectUpload: { status: async () => STATUS },
    })
    gateway.app.server.on('upgrade', ({ url }, socket: Duplex) => {
      upgrades.push(url ?? '')
      socket.destroy()
    })
    client = await RawConnection.open(gateway.port)
  })

  afterEach(async () => {
    client.socket.destroy()
    await gateway.close()
  })

  it('is answered as if it had none, on a connection that goes on', async () => {
    for (let round = 0; round < 2; round++) {
      client.request('GET /healthz', H2C)
      expect((await client.answer()).status).to.equal(200)
    }
    client.request(STATE, { ...TUS, ...H2C, upgrade: 'TLS/1.0, HTTP/3.0' })
    expect((await client.answer()).status).to.equal(200)
    expect(upgrades).to.deep.equal([])
  })

  for (const [what, headers, body] of [
    ['a length', { 'content-length': 4 }, 'efgh'],
    ['chunks', { 'transfer-encoding': 'chunked' }, '2\r\nef\r\n2\r\ngh\r\n0\r\n\r\n'],
  ] as const) {
    it(`keeps its body of ${what}`, async () => {
      for (const method of ['PATCH', 'POST']) {
        const override = method === 'POST' ? { 'x-http-method-override': 'PATCH' } : {}
        client.request(`${method} /uploads/${UPLOAD_ID}`, { ...PATCH, ...override, ...H2C, ...headers }, body)
        expect((await client.answer()).status, method).to.equal(204)
      }
      expect(bodies).to.deep.equal(['efgh', 'efgh'])
    })
  }

  it('is an upgrade when it asks for WebSocket, in any case', async () => {
    const upgraded = once(gateway.app.server, 'upgrade')
    client.request('GET /ws', { connection: 'Upgrade', upgrade: 'WebSocket' })
    await upgraded
    await client.closed()
    expect(upgrades).to.deep.equal(['/ws'])
  })
})

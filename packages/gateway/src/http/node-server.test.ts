import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { Refusal, type UploadStatus } from '@sluice/protocol'
import { expect } from 'chai'
import { afterEach, describe, it } from 'mocha'
import { RawConnection } from '../../test/http/raw-connection.ts'
import { type ListeningGateway, listenScripted } from '../../test/http/scripted-gateway.ts'

const ID = '4be0643f-1d98-573b-97cd-ca98a65347dd'
const STATUS: UploadStatus = {
  uploadId: ID,
  state: 'paused',
  committed: 4,
  received: 4,
  size: 10,
  expiresAt: new Date('2026-03-08T12:00:00Z'),
}
const PATCH = {
  authorization: 'Bearer t',
  'tus-resumable': '1.0.0',
  'content-type': 'application/offset+octet-stream',
  'upload-offset': 0,
}

describe('the Node server below', () => {
  let gateway: ListeningGateway
  let client: RawConnection
  /** The gateway's end of the connection. */
  let accepted: Socket
  afterEach(async () => {
    client.socket.destroy()
    await gateway.close()
  })

  describe('asked to Expect: 100-continue', () => {
    const expecting = { ...PATCH, expect: '100-continue', 'content-length': 4 }

    it('says 100 once the body is wanted, and answers once it has come', async () => {
      gateway = await listenScripted({
        receiveUpload: {
          run: async ({ body }) => {
            for await (const _ of body);
            return STATUS
          },
        },
      })
      client = await RawConnection.open(gateway.port)
      client.request(`PATCH /uploads/${ID}`, expecting)
      expect(await client.continued()).to.equal(true)
      client.socket.write('abcd')
      expect(await client.interim()).to.deep.equal([100])
      expect((await client.answer()).status).to.equal(204)
    })

    it('answers a refusal instead of 100, and closes', async () => {
      gateway = await listenScripted({
        tokens: { verify: () => Promise.reject(new Refusal('not-authorized')) },
      })
      client = await RawConnection.open(gateway.port)
      client.request(`PATCH /uploads/${ID}`, expecting)
      expect(await client.interim(), 'no 100').to.deep.equal([])
      const answer = await client.answer()
      expect(answer.status).to.equal(401)
      expect(answer.headers.get('connection')).to.equal('close')
      expect(JSON.parse(answer.body)).to.include({ code: 'not-authorized' })
    })

    it('answers what a use case refuses before it reads, without 100', async () => {
      const run = () => Promise.reject(new Refusal('upload-cancelled'))
      gateway = await listenScripted({ receiveUpload: { run } })
      client = await RawConnection.open(gateway.port)
      client.request(`PATCH /uploads/${ID}`, expecting)
      expect(await client.interim()).to.deep.equal([])
      expect((await client.answer()).status).to.equal(403)
    })
  })

  it('refuses headers of more than 16 KiB', async () => {
    gateway = await listenScripted({})
    client = await RawConnection.open(gateway.port)
    client.request('GET /healthz', { 'x-long': 'x'.repeat(17 * 1024) })
    expect((await client.answer()).status).to.equal(431)
  })

  it('lets a body take its time, headers not', async () => {
    gateway = await listenScripted({})
    client = await RawConnection.open(gateway.port)
    const { server } = gateway.app
    expect(server.requestTimeout).to.equal(0)
    expect(server.headersTimeout).to.be.within(1, 60_000)
    expect(server.keepAliveTimeout, 'longer than a load balancer keeps a connection').to.be.above(60_000)
  })

  it('cuts a client off that stalls in its body', async () => {
    const events = new EventEmitter()
    const ended = once(events, 'ended')
    gateway = await listenScripted({
      receiveUpload: {
        run: async ({ body }) => {
          accepted.setTimeout(50)
          try {
            for await (const _ of body);
          } catch (error) {
            events.emit('ended', (error as NodeJS.ErrnoException).code)
          }
          return STATUS
        },
      },
    })
    gateway.app.server.on('connection', (socket) => {
      accepted = socket
    })
    client = await RawConnection.open(gateway.port)
    client.request(`PATCH /uploads/${ID}`, { ...PATCH, 'content-length': 4 }, 'ab')
    await client.closed()
    expect(await ended).to.deep.equal(['ECONNRESET'])
  })

  it('gives itself all the time it needs once the request is in', async () => {
    const answered = new AbortController()
    gateway = await listenScripted({
      receiveUpload: {
        run: async ({ body }) => {
          for await (const _ of body);
          accepted.setTimeout(50)
          await new Promise((resolve) => answered.signal.addEventListener('abort', resolve))
          return STATUS
        },
      },
    })
    gateway.app.server.on('connection', (socket) => {
      accepted = socket.on('timeout', () => answered.abort())
    })
    client = await RawConnection.open(gateway.port)
    client.request(`PATCH /uploads/${ID}`, { ...PATCH, 'content-length': 4 }, 'abcd')
    expect((await client.answer()).status).to.equal(204)
  })
})

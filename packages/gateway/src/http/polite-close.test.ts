import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { afterEach, describe, it } from 'mocha'
import { RawConnection } from '../../test/http/raw-connection.ts'
import { type ListeningGateway, listenScripted } from '../../test/http/scripted-gateway.ts'
import type { HttpNeeds } from './http-needs.ts'

const ID = '4be0643f-1d98-573b-97cd-ca98a65347dd'
const MIB = 1024 * 1024
const PATCH = {
  authorization: 'Bearer t',
  'tus-resumable': '1.0.0',
  'content-type': 'application/offset+octet-stream',
  'upload-offset': 0,
}

describe('an answer before the end of the body', () => {
  let gateway: ListeningGateway
  let client: RawConnection
  /** The gateway's end of the connection. */
  let accepted: Socket
  afterEach(async () => {
    client.socket.destroy()
    await gateway.close()
  })

  async function refuseBodies(needs: Partial<HttpNeeds> = {}) {
    const verify = () => Promise.reject(new Refusal('forbidden'))
    gateway = await listenScripted({ tokens: { verify } }, needs)
    gateway.app.server.on('connection', (socket) => {
      accepted = socket
    })
    client = await RawConnection.open(gateway.port)
  }

  it('is seen by a client that writes on, and costs the gateway only a little of the body', async () => {
    await refuseBodies()
    client.request(`PATCH /uploads/${ID}`, { ...PATCH, 'content-length': 1024 * MIB })
    const piece = Buffer.alloc(MIB)
    const writing = (async () => {
      for (let sent = 0; sent < 256 && !client.socket.destroyed; sent++) {
        if (!client.socket.write(piece))
          await Promise.race([once(client.socket, 'drain'), once(client.socket, 'close')])
      }
    })().catch(() => {})
    const answer = await client.answer()
    expect(answer.status).to.equal(403)
    expect(answer.headers.get('connection')).to.equal('close')
    expect(JSON.parse(answer.body)).to.include({ code: 'forbidden' })
    // The client writes as fast as it can until the gateway has enough of it.
    await client.closed()
    await writing
    expect(accepted.bytesRead).to.be.below(4 * MIB)
  })

  it('is no reset to a client that sends the rest of its body', async () => {
    await refuseBodies()
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    client.request(`PATCH /uploads/${ID}`, { ...PATCH, 'transfer-encoding': 'chunked' }, chunk)
    expect((await client.answer()).status).to.equal(403)
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => client.socket.write(chunk, resolve))
      await setImmediate()
    }
    client.socket.write('0\r\n\r\n')
    await client.closed()
    expect(client.failure).to.equal(undefined)
  })

  it('ends a connection whose client sends neither the rest nor an end', async function () {
    this.timeout(15_000)
    await refuseBodies()
    client.request(`PATCH /uploads/${ID}`, { ...PATCH, 'transfer-encoding': 'chunked' }, '4\r\nabcd\r\n')
    expect((await client.answer()).status).to.equal(403)
    await client.closed()
  })

  it('keeps the connection when the body is short', async () => {
    await refuseBodies()
    for (let round = 0; round < 2; round++) {
      client.request(`PATCH /uploads/${ID}`, { ...PATCH, 'content-length': 4 }, 'abcd')
      expect((await client.answer()).status).to.equal(403)
    }
  })

  it('keeps the connection after a refusal without a body', async () => {
    await refuseBodies()
    for (let round = 0; round < 2; round++) {
      client.request(`DELETE /uploads/${ID}`, { authorization: 'Bearer t', 'tus-resumable': '1.0.0' })
      expect((await client.answer()).status).to.equal(403)
    }
  })

  it('lets nobody wait for the rest of a short body while draining', async () => {
    await refuseBodies({ draining: () => true })
    client.request(`PATCH /uploads/${ID}`, { ...PATCH, 'content-length': 4 }, 'ab')
    const answer = await client.answer()
    expect([answer.status, answer.headers.get('connection')]).to.deep.equal([403, 'close'])
    client.socket.write('cd')
    await client.closed()
  })
})

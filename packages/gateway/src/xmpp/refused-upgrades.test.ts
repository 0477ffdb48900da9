import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect } from 'chai'
import { ChatBed } from '../../test/xmpp/chat-bed.ts'

const UPGRADE = 'GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
const MIB = 1024 * 1024

describe('a refused upgrade', () => {
  let bed: ChatBed
  let client: Socket
  let received: string

  beforeEach(async () => {
    bed = await ChatBed.open()
    const port = Number(new URL(bed.url).port)
    client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    received = ''
    client.setEncoding('latin1').on('data', (part: string) => {
      received += part
    })
    await once(client, 'connect')
  })

  afterEach(() => client.destroy())

  it('keeps nobody from closing the server, though its client never hangs up', async () => {
    client.write(UPGRADE)
    await once(client, 'end')
    expect(received).to.match(/^HTTP\/1.1 404 Not Found\r\n/)
    bed.clock.pass(3_000)
    await bed.close()
  })

  it('is seen by a client that writes on, and is over as soon as that one hangs up', async () => {
    client.write(UPGRADE)
    client.end(Buffer.alloc(4 * MIB))
    await once(client, 'close')
    expect(received).to.match(/^HTTP\/1.1 404 Not Found\r\n/)
    await bed.close()
  })
})

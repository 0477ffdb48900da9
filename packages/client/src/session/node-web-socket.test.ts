import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { expect } from 'chai'
import { NodeWebSocket } from './node-web-socket.ts'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Opens the WebSocket of this request (RFC 6455 §4.2.2) and says all of these in one go. */
function sayAtOnce(socket: Socket, request: string, texts: string[]): void {
  const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1]
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64')
  const frames = texts.map((text) => Buffer.from([0x81, text.length, ...Buffer.from(text)]))
  const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n`
  const rest = `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: xmpp\r\n\r\n`
  socket.write(Buffer.concat([Buffer.from(head + rest), ...frames]))
}

describe('the WebSocket for Node', () => {
  it('gives each of several messages that come at once time to be dealt with', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', (request) => sayAtOnce(socket, String(request), ['a', 'b', 'c']))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const socket = new NodeWebSocket(`ws://127.0.0.1:${port}`, ['xmpp'])
    const order: string[] = []
    await new Promise<void>((resolve) => {
      socket.addEventListener('message', ({ data }) => {
        order.push(`${data} came`)
        queueMicrotask(() => order.push(`${data} was dealt with`))
        if (data === 'c') setImmediate(resolve)
      })
    })
    socket.terminate()
    server.close()
    expect(order).to.deep.equal(['a', 'b', 'c'].flatMap((text) => [`${text} came`, `${text} was dealt with`]))
  })
})

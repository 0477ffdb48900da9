import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { LoopbackNetwork } from './loopback-network.ts'

const MB = 1_000_000

describe('a network of the tour', () => {
  let server: Server
  let network: LoopbackNetwork

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {})
      socket.pipe(socket)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    network = await LoopbackNetwork.open()
    network.lead({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  })
  afterEach(async () => {
    await network.close()
    server.close()
  })

  function open(): Socket {
    const { hostname: host, port } = new URL(network.url)
    return connect({ host, port: Number(port) }).on('error', () => {})
  }

  it('carries the bytes as they are, and counts each of them once, each way', async () => {
    const sent = randomBytes(3 * MB)
    const socket = open()
    socket.end(sent)
    expect((await buffer(socket)).equals(sent)).to.equal(true)
    expect(network.carried).to.deep.equal({ up: sent.length, down: sent.length })
  })

  it('carries as much in a second as it is told, over all its connections, from now on', async () => {
    network.throttle(2 * MB)
    const sent = randomBytes(MB)
    const began = performance.now()
    await Promise.all(
      [1, 2].map(async () => {
        const socket = open()
        socket.end(sent)
        await buffer(socket)
      }),
    )
    const tookMs = performance.now() - began
    // A second for 2 MB each way, both ways at once; a busy machine makes it only longer.
    expect(tookMs).to.be.within(950, 2500)

    network.throttle(undefined)
    const fast = performance.now()
    const socket = open()
    socket.end(sent)
    await buffer(socket)
    expect(performance.now() - fast).to.be.below(tookMs)
  })

  it('is cut with all its connections, stays so, and is whole again when restored', async () => {
    const socket = open()
    socket.write('before')
    await once(socket, 'data')
    const closed = end(socket)
    network.cut()
    await closed
    expect(network.connected).to.equal(false)
    const carried = network.carried

    const refused = open()
    await end(refused)
    expect(network.carried).to.deep.equal(carried)

    network.restore()
    const after = open()
    after.end('after')
    expect(String(await buffer(after))).to.equal('after')
    expect(network.connected).to.equal(true)
  })

  it('breaks a connection whose gateway is not there, and finds it when it is back', async () => {
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    await end(open())
    server = createServer((socket) => socket.on('error', () => {}).end('back')).listen(port, '127.0.0.1')
    await once(server, 'listening')
    expect(String(await buffer(open()))).to.equal('back')
  })
})

/** Not events.once, which rejects with the reset that is the point here. */
function end(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

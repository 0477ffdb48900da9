import { EventEmitter, once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { TcpProxy, type TcpProxyOptions } from './tcp-proxy.ts'

const seen = new EventEmitter()

describe('TcpProxy', () => {
  let server: Server
  let proxy: TcpProxy
  const served: Socket[] = []

  beforeEach(async () => {
    // Answers what it got, once it got all of it: needs the half-closed connection to live on.
    server = createServer({ allowHalfOpen: true }, async (socket) => {
      served.push(socket)
      socket.on('error', () => {})
      const bytes = await buffer(socket.iterator({ destroyOnReturn: false })).catch(() => undefined)
      if (bytes) socket.end(bytes)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })

  afterEach(async () => {
    for (const socket of served.splice(0)) socket.destroy()
    await proxy.close()
    server.close()
    await once(server, 'close')
  })

  async function start(options: TcpProxyOptions = {}): Promise<void> {
    const { port } = server.address() as AddressInfo
    proxy = await TcpProxy.open(`tcp://127.0.0.1:${port}`, options)
  }

  async function open(): Promise<Socket> {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true })
    await once(socket, 'connect')
    return socket
  }

  it('passes every byte both ways, also over a half-closed connection, and counts them', async () => {
    await start()
    const sent = Buffer.alloc(3_000_000, 'sluice')
    const socket = await open()
    socket.end(sent)
    expect((await buffer(socket)).equals(sent)).to.equal(true)
    expect(proxy.passed).to.deep.equal({ up: sent.length, down: sent.length })
  })

  it('slows all connections together to the given rate', async () => {
    await start({ bytesPerSecond: { up: 1_000_000 } })
    const began = performance.now()
    const sockets = await Promise.all([open(), open()])
    await Promise.all(
      sockets.map((socket) => {
        socket.end(Buffer.alloc(100_000))
        return buffer(socket)
      }),
    )
    expect(performance.now() - began).to.be.within(190, 2_000)
  })

  it('keeps stalled bytes and passes them on once resumed', async () => {
    await start({ watch: (direction) => seen.emit(direction) })
    proxy.stall('up')
    const socket = await open()
    const arrived = once(seen, 'up')
    socket.end('late')
    await arrived
    await nextTurn()
    expect(proxy.passed.up).to.equal(0)
    proxy.resume()
    expect(String(await buffer(socket))).to.equal('late')
  })

  it('swallows the answer of a request that got through', async () => {
    await start({ watch: (direction) => seen.emit(direction) })
    proxy.drop('down')
    const socket = await open()
    const answered = once(seen, 'down')
    socket.end('question')
    await answered
    await nextTurn()
    proxy.cut()
    await closed(socket)
    expect(proxy.passed).to.deep.equal({ up: 8, down: 0 })
  })

  it('lets a watcher decide about the very bytes it sees', async () => {
    await start({
      watch: (direction, bytes) => {
        if (String(bytes) === 'COMMIT') proxy.stall('up')
        seen.emit(direction)
      },
    })
    const socket = await open()
    for (const statement of ['BEGIN', 'COMMIT']) {
      const arrived = once(seen, 'up')
      socket.write(statement)
      await arrived
    }
    await nextTurn()
    expect(proxy.passed.up).to.equal(5)
    proxy.resume()
    socket.end()
    expect(String(await buffer(socket))).to.equal('BEGINCOMMIT')
  })

  it('resets what is open when cut, and what comes while it refuses', async () => {
    await start()
    const socket = await open()
    proxy.cut()
    expect(await closed(socket)).to.equal('ECONNRESET')
    proxy.refuse()
    const refused = connect({ port: proxy.port, host: '127.0.0.1' })
    expect(await closed(refused)).to.equal('ECONNRESET')
  })
})

/** What is due by now has happened. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** The error code it was closed with. */
function closed(socket: Socket): Promise<string | undefined> {
  let code: string | undefined
  socket.on('error', (error: NodeJS.ErrnoException) => {
    code = error.code
  })
  socket.resume()
  return new Promise((resolve) => socket.once('close', () => resolve(code)))
}

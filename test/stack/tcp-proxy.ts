import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { TcpLane } from './tcp-lane.ts'

/** `up` is from the client to the server, `down` the way back. */
export type Direction = 'up' | 'down'

export interface TcpProxyOptions {
  /** Where it listens on 127.0.0.1; 0, the default, takes a free port. */
  port?: number
  /** Bytes per second of all connections together; a direction left out is not slowed. */
  bytesPerSecond?: Partial<Record<Direction, number>>
  /** Sees the bytes before they are passed on; what it sets on the proxy already holds for them. */
  watch?: (direction: Direction, bytes: Uint8Array) => void
}

/** A TCP proxy that can be a slow, a silent, a lossy or a broken network, and counts what went through. */
export class TcpProxy {
  readonly #target: { host: string; port: number }
  readonly #address: URL
  readonly #server: Server
  readonly #lanes: Record<Direction, TcpLane>
  readonly #sockets = new Set<Socket>()
  #refusing = false

  private constructor(address: URL, options: TcpProxyOptions) {
    this.#address = address
    this.#target = { host: address.hostname, port: Number(address.port) }
    const lane = (direction: Direction) =>
      new TcpLane(options.bytesPerSecond?.[direction], (bytes) => options.watch?.(direction, bytes))
    this.#lanes = { up: lane('up'), down: lane('down') }
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
  }

  /** Listens on 127.0.0.1 before the server at `address`, a URL with a port. */
  static async open(address: string, options: TcpProxyOptions = {}): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(address), options)
    proxy.#server.listen(options.port ?? 0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  /** The server's address with this proxy's host and port in it. */
  get url(): string {
    const url = new URL(this.#address)
    url.hostname = '127.0.0.1'
    url.port = String(this.port)
    return url.href.replace(/\/$/, '')
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Bytes passed on since the start; dropped ones are not among them. */
  get passed(): Readonly<Record<Direction, number>> {
    return { up: this.#lanes.up.passed, down: this.#lanes.down.passed }
  }

  /** Bytes per second of the direction from now on; undefined: as fast as it goes. */
  shape(direction: Direction, bytesPerSecond: number | undefined): void {
    this.#lanes[direction].shape(bytesPerSecond)
  }

  /** Bytes wait, as behind a dead link: no end, no error. Both ways unless one is named. */
  stall(direction?: Direction): void {
    if (direction !== 'down') this.#lanes.up.mode = 'stall'
    if (direction !== 'up') this.#lanes.down.mode = 'stall'
  }

  /** Bytes of the direction are swallowed; connections stay open. Cut them before passing on again. */
  drop(direction: Direction): void {
    this.#lanes[direction].mode = 'drop'
  }

  /** New connections are reset at once. */
  refuse(): void {
    this.#refusing = true
  }

  /** Ends every connection by a reset. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  /** Everything passes again: ends stall, drop and refuse. */
  resume(): void {
    this.#refusing = false
    this.#lanes.up.mode = 'pass'
    this.#lanes.down.mode = 'pass'
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    this.resume()
    await closed
  }

  #accept(client: Socket): void {
    if (this.#refusing) {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const server = connect({ ...this.#target, allowHalfOpen: true })
    this.#join(client, server, this.#lanes.up)
    this.#join(server, client, this.#lanes.down)
  }

  #join(from: Socket, to: Socket, lane: TcpLane): void {
    from.setNoDelay(true)
    this.#sockets.add(from)
    from.once('close', () => this.#sockets.delete(from))
    from.on('error', () => from.destroy()) // its end reaches the lane as a rejection
    // A direction that ends is ended on the other side only; one that breaks, breaks both.
    lane.carry(from, to).catch(() => {
      from.resetAndDestroy()
      to.resetAndDestroy()
    })
  }
}

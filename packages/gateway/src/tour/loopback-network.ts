import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { Lane } from './lane.ts'
import type { TourNetwork } from './tour-control.ts'

export interface Target {
  readonly host: string
  readonly port: number
}

/** A TCP proxy on a loopback port: a network that can be slowed and cut, and counts exactly what it carries. */
export class LoopbackNetwork implements TourNetwork {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #up = new Lane()
  readonly #down = new Lane()
  #target: Target | undefined
  #connected = true

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
  }

  /** Listens on a free port of 127.0.0.1; leads nowhere until {@link lead}. */
  static async open(): Promise<LoopbackNetwork> {
    const network = new LoopbackNetwork()
    network.#server.listen(0, '127.0.0.1')
    await once(network.#server, 'listening')
    return network
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get connected(): boolean {
    return this.#connected
  }

  get bytesPerSecond(): number | undefined {
    return this.#up.bytesPerSecond
  }

  get carried(): { up: number; down: number } {
    return { up: this.#up.carried, down: this.#down.carried }
  }

  /** Where new connections go. */
  lead(target: Target): void {
    this.#target = target
  }

  throttle(bytesPerSecond: number | undefined): void {
    this.#up.bytesPerSecond = bytesPerSecond
    this.#down.bytesPerSecond = bytesPerSecond
  }

  cut(): void {
    this.#connected = false
    this.#breakAll()
  }

  restore(): void {
    this.#connected = true
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#breakAll()
    await closed
  }

  #breakAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  #accept(client: Socket): void {
    if (!this.#connected || !this.#target) {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const server = connect({ ...this.#target, allowHalfOpen: true })
    this.#join(client, server, this.#up)
    this.#join(server, client, this.#down)
  }

  #join(from: Socket, to: Socket, lane: Lane): void {
    from.setNoDelay(true)
    this.#sockets.add(from)
    from.once('close', () => this.#sockets.delete(from))
    from.on('error', () => from.destroy()) // its end reaches the lane as a rejection
    // A way that ends is ended on the other side only; one that breaks, breaks both.
    lane.carry(from, to).catch(() => {
      from.resetAndDestroy()
      to.resetAndDestroy()
    })
  }
}

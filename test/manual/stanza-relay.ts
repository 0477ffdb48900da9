import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { StanzaLane } from './stanza-lane.ts'

type Direction = 'up' | 'down'

/** A WebSocket between a device and its server that can hold single stanzas back, or lose them. */
export class StanzaRelay {
  readonly #server: Server
  readonly #target: string
  readonly #accepting = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  readonly #lanes = { up: new StanzaLane(), down: new StanzaLane() }
  readonly #sockets = new Set<WebSocket>()

  private constructor(target: string) {
    this.#target = target
    this.#server = createServer().on('upgrade', (request, socket, head) =>
      this.#connect(request, socket, head),
    )
  }

  /** Listens on 127.0.0.1 before the server at `target`, an http: address. */
  static async open(target: string): Promise<StanzaRelay> {
    const relay = new StanzaRelay(target)
    relay.#server.listen(0, '127.0.0.1')
    await once(relay.#server, 'listening')
    return relay
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** See {@link StanzaLane.hold}. */
  hold(direction: Direction, text: string): Promise<void> {
    return this.#lanes[direction].hold(text)
  }

  /** See {@link StanzaLane.lose}. */
  lose(direction: Direction, texts: readonly string[]): Promise<void> {
    return this.#lanes[direction].lose(texts)
  }

  release(direction: Direction): void {
    this.#lanes[direction].release()
  }

  /** Every connection breaks, and what was held is lost. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate()
    for (const lane of Object.values(this.#lanes)) lane.clear()
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }

  /** The device is let in once the server has let us in; else it is told nothing, as by a server that is away. */
  #connect(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const url = `${this.#target.replace(/^http/, 'ws')}${request.url ?? ''}`
    const server = new WebSocket(url, ['xmpp'], { perMessageDeflate: false })
    this.#sockets.add(server)
    server.on('error', () => socket.destroy())
    server.once('open', () =>
      this.#accepting.handleUpgrade(request, socket, head, (client) => {
        this.#sockets.add(client)
        this.#join(client, server, this.#lanes.up)
        this.#join(server, client, this.#lanes.down)
      }),
    )
    server.once('close', () => this.#sockets.delete(server))
  }

  #join(from: WebSocket, to: WebSocket, lane: StanzaLane): void {
    from.on('error', () => from.terminate())
    from.on('message', (data: RawData) => lane.pass(String(data), (stanza) => to.send(stanza, () => {})))
    from.once('close', () => {
      this.#sockets.delete(from)
      to.close()
    })
  }
}

import { once } from 'node:events'
import { WebSocket } from 'ws'

export interface ConnectOptions {
  path?: string
  protocols?: string[]
  headers?: Record<string, string>
}

/** A WebSocket client that sends and receives literal frames. */
export class FrameClient {
  readonly #socket: WebSocket
  readonly #frames: string[] = []
  readonly #waiting: ((frame: string) => void)[] = []
  /** The close code, once the socket is closed. */
  readonly closed: Promise<number>

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    socket.on('message', (data) => {
      const frame = data.toString()
      const take = this.#waiting.shift()
      if (take) take(frame)
      else this.#frames.push(frame)
    })
  }

  static async connect(url: string, options: ConnectOptions = {}): Promise<FrameClient> {
    const { headers = {}, path = '/xmpp-websocket', protocols = ['xmpp'] } = options
    const socket = new WebSocket(`${url}${path}`, protocols, { headers })
    const client = new FrameClient(socket)
    await once(socket, 'open')
    return client
  }

  get socket(): WebSocket {
    return this.#socket
  }

  send(...frames: string[]): void {
    for (const frame of frames) this.#socket.send(frame)
  }

  /** The next frame; rejects when the socket closes instead. */
  next(): Promise<string> {
    const frame = this.#frames.shift()
    if (frame !== undefined) return Promise.resolve(frame)
    return new Promise((resolve, reject) => {
      this.#waiting.push(resolve)
      void this.closed.then((code) => reject(new Error(`closed with ${code}`)))
    })
  }

  /** Frames up to the first that `wanted` says yes to, which it answers. */
  async until(wanted: (frame: string) => boolean): Promise<string> {
    for (;;) {
      const frame = await this.next()
      if (wanted(frame)) return frame
    }
  }

  /** All that comes until the socket is closed, with the client's own goodbye once the server has said its own. */
  async rest(): Promise<string[]> {
    const frames: string[] = []
    try {
      for (;;) {
        const frame = await this.next()
        frames.push(frame)
        if (frame.startsWith('<close ')) this.send(CLOSE)
      }
    } catch {
      return frames
    }
  }

  /** Opens a stream; answers the features. */
  async open(): Promise<string> {
    this.send(OPEN)
    await this.next()
    return this.next()
  }

  /** Logs in by PLAIN and binds; answers the full JID. */
  async login(name: string, password = PASSWORD, resource?: string): Promise<string> {
    await this.open()
    this.send(plain(name, password))
    await this.next()
    await this.open()
    const wish = resource === undefined ? '' : `<resource>${resource}</resource>`
    const answer = await this.ask(
      `<iq xmlns="jabber:client" type="set" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind">${wish}</bind></iq>`,
    )
    const jid = /<jid>(.*)<\/jid>/.exec(answer)?.[1]
    if (jid === undefined) throw new Error(`no address: ${answer}`)
    return jid
  }

  /** Sends an iq and answers the next frame with its id. */
  async ask(iq: string): Promise<string> {
    const id = / id="([^"]*)"/.exec(iq)?.[1]
    this.send(iq)
    return this.until((frame) => frame.startsWith('<iq ') && frame.includes(` id="${id}"`))
  }

  /** Resolves once the server has heard all that this side sent before, its answers to WebSocket pings included. */
  async ping(): Promise<void> {
    for (let count = 0; count < 2; count++) {
      this.#socket.ping()
      await once(this.#socket, 'pong')
    }
  }

  /** Sends presence and waits until it is known. */
  async available(priority = 0): Promise<void> {
    this.send(`<presence xmlns="jabber:client"><priority>${priority}</priority></presence>`)
    await this.until((frame) => frame.startsWith('<presence '))
  }

  terminate(): void {
    this.#socket.terminate()
  }
}

export const PASSWORD = 'correct horse'
export const CLOSE = '<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>'
export const OPEN = '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="example.org" version="1.0"/>'

export function plain(name: string, password: string, authzid = ''): string {
  const text = Buffer.from(`${authzid}\0${name}\0${password}`).toString('base64')
  return `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${text}</auth>`
}

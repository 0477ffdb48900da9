import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { until } from '../transfer/transfer-bed.ts'

export const COMPONENT = { jid: 'media.example.org', secret: 'sécret' } as const

/** What the server does with one who connects. */
export type Reception = 'welcome' | 'silence' | { readonly refuse: string }

/** A chat server as a component sees it (XEP-0114), on a real socket, saying what the test says. */
export class ComponentServer {
  /** For those who connect from now on. */
  reception: Reception = 'welcome'
  /** What tells a component that its secret is right. */
  greeting = '<handshake/>'
  /** All that connected, first to last, welcome or not. */
  readonly links: ServerLink[] = []
  /** How a component reaches it, also while it is closed. */
  readonly address: typeof COMPONENT & { readonly host: string; readonly port: number }
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.address = { ...COMPONENT, host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    server.on('connection', (socket) =>
      this.links.push(new ServerLink(socket, this.reception, this.greeting)),
    )
  }

  static async listen(port = 0): Promise<ComponentServer> {
    const server = createServer()
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return new ComponentServer(server)
  }

  /** The so many-th link, once its handshake is over. */
  async link(count: number): Promise<ServerLink> {
    await until(() => this.links[count - 1]?.authenticated === true)
    return this.links[count - 1] as ServerLink
  }

  /** Once so many have connected. */
  connected(count: number): Promise<void> {
    return until(() => this.links.length >= count)
  }

  async close(): Promise<void> {
    for (const link of this.links) link.drop()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** One component's connection, from the server's side. */
export class ServerLink {
  authenticated = false
  /** All that the component sent. */
  received = ''
  over = false
  readonly #socket: Socket
  readonly #id = randomUUID()
  readonly #greeting: string

  constructor(socket: Socket, reception: Reception, greeting: string) {
    this.#socket = socket
    this.#greeting = greeting
    socket.setNoDelay(true).on('error', () => {})
    socket.on('close', () => {
      this.over = true
    })
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.received += text
      if (reception !== 'silence') this.#greet(reception)
    })
  }

  send(text: string | Buffer): void {
    this.#socket.write(text)
  }

  /** RFC 6120 §4.9.1: an error, and the end of the stream. */
  refuse(condition: string): void {
    const error = `<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>`
    this.#socket.end(`<stream:error>${error}</stream:error></stream:stream>`)
  }

  /** Cuts the connection. */
  drop(): void {
    this.#socket.destroy()
  }

  /** Resolves once the component has sent what matches. */
  async got(pattern: RegExp): Promise<string> {
    await until(() => pattern.test(this.received))
    return pattern.exec(this.received)?.[0] ?? ''
  }

  ended(): Promise<void> {
    return until(() => this.over)
  }

  #greet(reception: Exclude<Reception, 'silence'>): void {
    const handshake = /<handshake>([0-9a-f]*)<\/handshake>/.exec(this.received)
    if (handshake && !this.authenticated) {
      const expected = createHash('sha1').update(`${this.#id}${COMPONENT.secret}`).digest('hex')
      if (reception !== 'welcome') this.refuse(reception.refuse)
      else if (handshake[1] !== expected) this.refuse('not-authorized')
      else {
        this.authenticated = true
        this.send(this.#greeting)
      }
    } else if (!handshake && this.received.includes('<stream:stream ') && this.received.endsWith('>')) {
      const namespaces = "xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'"
      this.send(`<?xml version='1.0'?><stream:stream ${namespaces} from='${COMPONENT.jid}' id='${this.#id}'>`)
    }
    // A stream that the component has closed is closed here too.
    if (this.received.endsWith('</stream:stream>')) this.#socket.end('</stream:stream>')
  }
}

import { NS, type XmlElement } from '@sluice/protocol'
import type { WebSocketClass } from '../src/session/web-socket-class.ts'

const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing'
const STREAMS = 'http://etherx.jabber.org/streams'
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const BIND = 'urn:ietf:params:xml:ns:xmpp-bind'

/** A chat server behind a WebSocket that never was one: it knows logins, and what a test makes it say. */
export class ScriptedServer {
  password = 'secret'
  mechanisms = ['PLAIN']
  /** Those that OAUTHBEARER takes. */
  readonly tokens: Set<string> = new Set()
  /** Whether new sockets open at all. */
  isUp = true
  /** Whether it has stream management; its answer to `<enable/>` is up to the test. */
  managesStreams = false
  /** Whether it closes when the client does. */
  closesInTurn = true
  readonly sockets: ScriptedSocket[] = []

  get WebSocket(): WebSocketClass {
    const server = this
    return class extends ScriptedSocket {
      constructor() {
        super(server)
        server.sockets.push(this)
      }
    }
  }

  get latest(): ScriptedSocket {
    const socket = this.sockets.at(-1)
    if (!socket) throw new Error('Nobody came')
    return socket
  }
}

/** One WebSocket, seen from both ends. */
export class ScriptedSocket extends EventTarget {
  terminated = false
  /** The mechanism that the client chose. */
  mechanism: string | undefined
  /** What the client has sent. */
  readonly received: string[] = []
  readonly #server: ScriptedServer
  #loggedIn = false
  #open = true

  constructor(server: ScriptedServer) {
    super()
    this.#server = server
    queueMicrotask(() => (server.isUp ? this.dispatchEvent(new Event('open')) : this.drop()))
  }

  /** What the client sends. */
  send(text: string): void {
    this.received.push(text)
    queueMicrotask(() => this.#answer(text))
  }

  close(): void {
    if (this.#server.closesInTurn) this.drop()
  }

  terminate(): void {
    this.terminated = true
    this.drop()
  }

  /** The server says this. */
  say(...stanzas: (XmlElement | string)[]): void {
    for (const stanza of stanzas) this.dispatchEvent(new MessageEvent('message', { data: String(stanza) }))
  }

  /** The stream ends as the server wants it, with this condition (RFC 6120 §4.9.3). */
  refuse(condition: string): void {
    const reason = `<${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>`
    this.say(`<stream:error xmlns:stream='${STREAMS}'>${reason}</stream:error>`)
    this.drop()
  }

  /** The line breaks. */
  drop(): void {
    if (!this.#open) return
    this.#open = false
    queueMicrotask(() => this.dispatchEvent(Object.assign(new Event('close'), { wasClean: false })))
  }

  #answer(text: string): void {
    if (text.startsWith('<open')) this.#greet()
    else if (text.startsWith('<auth')) this.#authenticate(text)
    else if (text.startsWith('<response')) this.#fail('not-authorized')
    else if (text.startsWith('<iq')) this.#answerIq(text)
    else if (text.startsWith('<enable')) this.dispatchEvent(new Event('enable'))
    else if (text.startsWith('<close') && this.#server.closesInTurn) this.say(`<close xmlns='${FRAMING}'/>`)
  }

  #answerIq(text: string): void {
    const id = /^<iq [^>]*\bid="([^"]+)"/.exec(text)?.[1]
    const bound = text.includes(BIND)
      ? `<bind xmlns='${BIND}'><jid>alice@localhost/one</jid></bind>`
      : `<query xmlns='${NS.discoItems}'/>`
    this.say(`<iq type='result' id='${id}'>${bound}</iq>`)
  }

  #greet(): void {
    const mechanisms = this.#server.mechanisms.map((name) => `<mechanism>${name}</mechanism>`)
    const feature = this.#loggedIn
      ? `<bind xmlns='${BIND}'/>${this.#server.managesStreams ? `<sm xmlns='urn:xmpp:sm:3'/>` : ''}`
      : `<mechanisms xmlns='${SASL}'>${mechanisms.join('')}</mechanisms>`
    this.say(
      `<open xmlns='${FRAMING}' from='localhost' id='1' version='1.0'/>`,
      `<stream:features xmlns:stream='${STREAMS}'>${feature}</stream:features>`,
    )
  }

  #authenticate(text: string): void {
    this.mechanism = /\bmechanism="([^"]+)"/.exec(text)?.[1]
    if (this.mechanism === 'PLAIN') this.#checkPassword(text)
    else if (this.mechanism === 'OAUTHBEARER') this.#checkToken(text)
    else this.#fail('temporary-auth-failure')
  }

  #checkPassword(text: string): void {
    const said = Buffer.from(/>([^<]*)</.exec(text)?.[1] ?? '', 'base64').toString()
    const [, , password] = said.split('\0')
    this.#loggedIn = password === this.#server.password
    if (this.#loggedIn) this.say(`<success xmlns='${SASL}'/>`)
    else this.#fail('not-authorized')
  }

  // RFC 7628 §3.2.3: what is refused is challenged first.
  #checkToken(text: string): void {
    const said = Buffer.from(/>([^<]*)</.exec(text)?.[1] ?? '', 'base64').toString()
    const token = /^n,a=alice@localhost,\x01auth=Bearer (.*)\x01\x01$/.exec(said)?.[1]
    this.#loggedIn = token !== undefined && this.#server.tokens.has(token)
    if (this.#loggedIn) this.say(`<success xmlns='${SASL}'/>`)
    else this.say(`<challenge xmlns='${SASL}'>${btoa('{"status":"invalid_token"}')}</challenge>`)
  }

  #fail(condition: string): void {
    this.say(`<failure xmlns='${SASL}'><${condition}/></failure>`)
  }
}

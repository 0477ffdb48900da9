import { once } from 'node:events'
import { Socket } from 'node:net'
import type { XmlElement } from '@sluice/protocol'
import { type Component, component } from '@xmpp/component'
import type { Clock } from '../../transfer/clock.ts'
import type { StreamError } from '../stream-error.ts'
import { ComponentParser } from './component-parser.ts'
import { ComponentRefused } from './component-refused.ts'

/** Where the component connects, and as what. */
export interface ComponentAddress {
  readonly host: string
  readonly port: number
  /** JID of the component, prepared. */
  readonly jid: string
  readonly secret: string
}

export interface StreamIntake {
  /** One stanza that the server handed over, in order. */
  onStanza(stanza: XmlElement): void
  /** One that cannot be read, by its start tag. */
  onUnreadable(stanza: XmlElement, error: StreamError): void
}

interface StreamNeeds {
  readonly address: ComponentAddress
  readonly clock: Pick<Clock, 'sleep'>
  readonly openTimeoutMs: number
  /** Bytes that may wait for the server to read them. */
  readonly maxBufferedBytes: number
  /** Who takes what comes in, asked before anything does. */
  readonly intake: (stream: ComponentStream) => StreamIntake
}

/**
 * One stream to the chat server, from its opening to its end (XEP-0114). It stands on @xmpp/component, with a parser and
 * a socket of ours in it: its own parser decodes UTF-8 packet by packet and takes anything, and throws past everybody
 * when data comes after an error. Its reconnecting and its answering of iqs are off.
 */
export class ComponentStream {
  readonly #needs: StreamNeeds
  readonly #entity: Component
  readonly #socket: Socket
  readonly #ended: Promise<Error | undefined>
  #failure: Error | undefined
  #open = false
  #closing = false
  /** Whether anything came in since somebody last asked. */
  #heard = false

  /**
   * Resolves when the server has taken the handshake.
   * @throws {ComponentRefused} when the server says why not; another Error when it cannot be reached. Nothing stays open.
   */
  static async open(needs: StreamNeeds, signal?: AbortSignal): Promise<ComponentStream> {
    const stream = new ComponentStream(needs)
    await stream.#start(signal)
    return stream
  }

  private constructor(needs: StreamNeeds) {
    this.#needs = needs
    const { host, jid, port, secret } = needs.address
    const entity = component({ service: `xmpp://${host}`, domain: jid, password: asBytes(secret) })
    this.#entity = entity
    entity.reconnect.stop()
    // Its own answers to iqs: it knows none of ours, and throws at a sender whose JID it cannot read.
    entity.removeAllListeners('element')
    entity.timeout = needs.openTimeoutMs
    entity.socketParameters = () => ({ host, port })
    const socket = new Socket()
    // Characters that are split between packets come out whole.
    socket.setEncoding('utf8').setNoDelay(true).setKeepAlive(true, 15_000)
    socket.on('data', () => {
      this.#heard = true
    })
    this.#socket = socket
    entity.Socket = socketOf(socket)
    const intake = needs.intake(this)
    entity.Parser = this.#parser(intake)
    // At once: the first stanza may come in the same packet.
    entity.once('online', () => {
      this.#open = true
    })
    // Every failure ends in the socket's close, which tells of it.
    entity.on('error', (error: Error) => this.#fail(error))
    entity.on('stanza', (stanza: XmlElement) => intake.onStanza(stanza))
    this.#ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#open = false
        this.#fail(new Error('the chat server closed the connection'))
        resolve(this.#failure)
      })
    })
  }

  /** Resolves when the stream is over, with the reason unless it was closed from here. Never rejects. */
  get ended(): Promise<Error | undefined> {
    return this.#ended
  }

  /** Whether anything has come from the server since this was last asked. */
  takeHeard(): boolean {
    const heard = this.#heard
    this.#heard = false
    return heard
  }

  /** False when the stream is over, or when the server does not read; then it ends. */
  send(stanza: XmlElement | string): boolean {
    if (!this.#open) return false
    if (this.#socket.writableLength > this.#needs.maxBufferedBytes) {
      this.#fail(new Error('the chat server does not read what it is sent'))
      return false
    }
    this.#entity.write(stanza.toString()).catch((error: Error) => this.#fail(error))
    return true
  }

  /** RFC 6120 §4.6.1. */
  sendWhitespace(): void {
    this.send(' ')
  }

  /** Stops and starts reading: what the server sends waits with it. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Says goodbye, and waits `graceMs` for the server's own. */
  async close(graceMs: number): Promise<void> {
    if (this.#open) {
      this.#open = false
      this.#closing = true
      this.#socket.resume()
      this.#entity.write('</stream:stream>').catch(() => {})
      const closed = new AbortController()
      void this.#ended.then(() => closed.abort())
      await this.#needs.clock.sleep(graceMs, closed.signal)
    }
    this.#socket.destroy()
    await this.#ended
  }

  /** Ends it at once, without a word. */
  destroy(reason: Error): void {
    this.#fail(reason)
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    const { address, clock, openTimeoutMs } = this.#needs
    const settled = new AbortController()
    const abort = () => this.#fail(new Error('given up'))
    signal?.addEventListener('abort', abort, { once: true })
    void clock.sleep(openTimeoutMs, settled.signal).then(() => {
      if (!settled.signal.aborted) this.#fail(new Error('the chat server did not answer in time'))
    })
    const online = once(this.#entity, 'online')
    const opened = this.#connect(address.jid)
    const over = this.#ended.then((error) => {
      throw error
    })
    try {
      signal?.throwIfAborted()
      await Promise.race([Promise.all([opened, online]), over])
    } catch (error) {
      this.#socket.destroy()
      throw this.#failure ?? error
    } finally {
      // Those that lost the race fail later, and nobody waits for them.
      for (const promise of [online, opened, over]) promise.catch(() => {})
      settled.abort()
      signal?.removeEventListener('abort', abort)
    }
  }

  async #connect(domain: string): Promise<void> {
    await this.#entity.connect('')
    await this.#entity.open({ domain })
  }

  #parser({ onUnreadable }: StreamIntake): Component['Parser'] {
    const onStreamError = (condition: string, text: string) =>
      this.#entity.emit('error', new ComponentRefused(condition, text))
    const onEnd = () => this.#entity.emit('error', new Error('the server closed the stream'))
    const onFailure = (error: unknown) => this.#entity.emit('error', error)
    return class extends ComponentParser {
      constructor() {
        super({ onUnreadable, onStreamError, onEnd, onFailure })
      }
    }
  }

  #fail(error: Error): void {
    if (!this.#closing) this.#failure ??= error
    this.#socket.destroy()
  }
}

/** The library hashes the secret as Latin-1, the servers theirs as UTF-8. */
function asBytes(secret: string): string {
  return Buffer.from(secret, 'utf8').toString('latin1')
}

/** A class whose `new` gives this socket. */
function socketOf(socket: Socket): new () => Socket {
  return class {
    constructor() {
      // biome-ignore lint/correctness/noConstructorReturn: the library makes its socket by a class
      return socket
    }
  } as new () => Socket
}

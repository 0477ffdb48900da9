import { randomUUID } from 'node:crypto'
import { element, type XmlElement } from '@sluice/protocol'
import type { Logger } from '../transfer/logger.ts'
import type { FrameSocket } from './frame-socket.ts'
import { StreamError, type StreamErrorCondition } from './stream-error.ts'
import type { PhaseStream, StreamPhase } from './stream-phase.ts'
import { readXml } from './xml-reader.ts'
import { XMPP } from './xmpp-namespaces.ts'

export interface ClientStreamNeeds {
  readonly socket: FrameSocket
  readonly domain: string
  readonly logger: Logger
  readonly firstPhase: (stream: PhaseStream) => StreamPhase
  /** How long a client may take over the closing handshakes. */
  readonly closeGraceMs: number
}

/** Frames that may wait for the one at work before the socket is no longer read. */
const MAX_WAITING_FRAMES = 32

/**
 * One client's stream (RFC 7395): opens, restarts and ends it, and hands what is in it to the phase, in order.
 * `unopened` until the client's `<open/>`, also after a restart; `ending` once we have said `<close/>`.
 */
export class ClientStream implements PhaseStream {
  readonly #needs: ClientStreamNeeds
  #state: 'unopened' | 'open' | 'ending' | 'ended' = 'unopened'
  #everOpened = false
  #phase: StreamPhase
  #turn: Promise<void> = Promise.resolve()
  #waiting = 0

  constructor(needs: ClientStreamNeeds) {
    this.#needs = needs
    this.#phase = needs.firstPhase(this)
    needs.socket.listen({
      onText: (frame) => this.#queue(frame),
      onBinary: () => this.end('policy-violation', 'frames are text'),
      onClose: () => this.#dropped(),
    })
  }

  send(sent: XmlElement | string): boolean {
    if (this.#state !== 'open') return false
    if (this.#needs.socket.stalled) {
      this.end('resource-constraint', 'too much is waiting to be read')
      return false
    }
    return this.#needs.socket.send(sent.toString())
  }

  enter(phase: StreamPhase, how: 'at-once' | 'after-restart'): void {
    if (this.#state === 'ending' || this.#state === 'ended') {
      phase.ended()
      return
    }
    this.#phase = phase
    if (how === 'after-restart') this.#state = 'unopened'
  }

  end(condition: StreamErrorCondition, text?: string): void {
    this.#end(new StreamError(condition, text))
  }

  #queue(frame: string): void {
    // Older clients keep the connection alive by whitespace.
    if (this.#state === 'ended' || /^\s*$/.test(frame)) return
    this.#waiting += 1
    if (this.#waiting === MAX_WAITING_FRAMES) this.#needs.socket.pause()
    this.#turn = this.#turn.then(() => this.#take(frame))
  }

  async #take(frame: string): Promise<void> {
    try {
      await this.#receive(readXml(frame, this.#phase.limits))
    } catch (error) {
      if (!(error instanceof StreamError)) this.#needs.logger.error({ err: error }, 'a stream failed')
      this.#end(error instanceof StreamError ? error : new StreamError('internal-server-error'))
    } finally {
      this.#waiting -= 1
      if (this.#waiting === 0 && this.#state !== 'ended') this.#needs.socket.resume()
    }
  }

  async #receive(received: XmlElement): Promise<void> {
    if (received.is('close', XMPP.framing)) this.#closedByPeer()
    else if (this.#state === 'ending' || this.#state === 'ended') return
    else if (received.is('open', XMPP.framing)) this.#open(received)
    else if (this.#state !== 'open') throw new StreamError('bad-format', 'a stream begins with <open/>')
    else await this.#phase.receive(received)
  }

  #open({ attrs }: XmlElement): void {
    if (this.#state === 'open') throw new StreamError('policy-violation', 'the stream is open')
    this.#sendOpen()
    if (attrs.to?.toLowerCase() !== this.#needs.domain) throw new StreamError('host-unknown')
    // RFC 6120 §4.7.5: a higher minor version is answered by ours.
    if (!/^1\.\d+$/.test(attrs.version ?? '')) throw new StreamError('unsupported-version')
    const features = this.#phase.features()
    this.send(element('stream:features', { 'xmlns:stream': XMPP.streams }, ...features))
  }

  #sendOpen(): void {
    this.#state = 'open'
    this.#everOpened = true
    const attrs = {
      xmlns: XMPP.framing,
      from: this.#needs.domain,
      id: randomUUID(),
      version: '1.0',
      'xml:lang': 'en',
    }
    this.#needs.socket.send(element('open', attrs).toString())
  }

  #closedByPeer(): void {
    // RFC 7395 §3.6: who gets the second <close/> closes the WebSocket; without one of ours, ours comes first.
    if (this.#state !== 'ending') this.#end()
    this.#needs.socket.close(this.#needs.closeGraceMs)
  }

  #end(error?: StreamError): void {
    if (this.#state === 'ending' || this.#state === 'ended') return
    // RFC 6120 §4.9.1.2: an error needs a stream to be in.
    if (!this.#everOpened) this.#sendOpen()
    this.#state = 'ending'
    const { closeGraceMs, logger, socket } = this.#needs
    if (error) {
      logger.info({ condition: error.condition }, 'a stream was ended')
      socket.send(error.encode().toString())
    }
    socket.send(element('close', { xmlns: XMPP.framing }).toString())
    this.#phase.ended()
    socket.closeSoon(closeGraceMs)
  }

  #dropped(): void {
    const before = this.#state
    this.#state = 'ended'
    if (before !== 'ending') this.#phase.ended()
  }
}

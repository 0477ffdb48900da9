import { randomUUID } from 'node:crypto'
import { element, type XmlElement } from '@sluice/protocol'
import type { LinkLease } from '../../messaging/link-lease.ts'
import type { Clock } from '../../transfer/clock.ts'
import type { Logger } from '../../transfer/logger.ts'
import { XMPP } from '../xmpp-namespaces.ts'
import { COMPONENT_LIMITS, type ComponentLimits } from './component-limits.ts'
import { type ComponentAddress, ComponentStream } from './component-stream.ts'
import type { ComponentWork } from './component-work.ts'
import { HeldLease } from './held-lease.ts'
import { isWrongSetting, reconnectPause } from './reconnect-pause.ts'

/** `elsewhere`: another gateway holds the link. `down`: no other does, as far as we know, and neither do we. */
export type LinkState = 'online' | 'down' | 'elsewhere'

interface Needs {
  readonly address: ComponentAddress
  readonly lease: LinkLease
  readonly node: string
  readonly work: ComponentWork
  readonly clock: Clock
  readonly logger: Logger
  readonly limits?: Partial<ComponentLimits>
}

/** Silent intervals before the server counts as gone. */
const MAX_SILENT = 3

/**
 * This gateway's part in the one link to the chat server: takes the lease when no other gateway has it, then connects,
 * and again after each failure, until it loses the lease or is closed.
 */
export class ComponentLink {
  readonly #needs: Needs
  readonly #limits: ComponentLimits
  readonly #stop = new AbortController()
  #state: LinkState = 'down'
  #stream: ComponentStream | undefined
  #failures = 0
  #running: Promise<void> = Promise.resolve()

  constructor(needs: Needs) {
    this.#needs = needs
    this.#limits = { ...COMPONENT_LIMITS, ...needs.limits }
  }

  get state(): LinkState {
    return this.#state
  }

  /** Once. Does not wait for the link: chat servers may start after their components. */
  start(): void {
    this.#running = this.#run()
  }

  /** Hands one stanza to the server, as XML in the component's namespace; false when the link is not here. */
  deliver(stanza: string): boolean {
    return this.#stream?.send(stanza) ?? false
  }

  /** Answers what is being worked on, closes the stream and gives the lease back, in this order. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#needs
    const { signal } = this.#stop
    while (!signal.aborted) {
      let pauseMs = this.#limits.leaseEveryMs
      try {
        const held = await HeldLease.take({ ...this.#needs, link: this.#jid, limits: this.#limits })
        if (held) pauseMs = await this.#hold(held)
        else this.#state = 'elsewhere'
      } catch (err) {
        logger.warn({ err, jid: this.#jid }, 'the lease of the component could not be taken')
      }
      await clock.sleep(pauseMs, signal)
    }
  }

  get #jid(): string {
    return this.#needs.address.jid
  }

  /** Answers the milliseconds to wait before it may be taken again. */
  async #hold(held: HeldLease): Promise<number> {
    const { clock, logger } = this.#needs
    const over = AbortSignal.any([held.lost, this.#stop.signal])
    try {
      while (!over.aborted) {
        const pauseMs = await this.#serve(held, over)
        if (pauseMs >= this.#limits.handBackMs) return pauseMs
        await clock.sleep(pauseMs, over)
      }
      if (held.lost.aborted && !this.#stop.signal.aborted)
        logger.warn({ jid: this.#jid }, 'the lease of the component is lost')
      return this.#limits.leaseEveryMs
    } finally {
      this.#state = 'down'
      await held.release()
    }
  }

  /** One connection, from its opening to its end; answers the milliseconds to wait before the next. */
  async #serve(held: HeldLease, over: AbortSignal): Promise<number> {
    const { address, logger } = this.#needs
    const { host, jid, port } = address
    this.#state = 'down'
    let error: unknown
    try {
      const stream = await this.#open(over)
      this.#state = 'online'
      this.#stream = stream
      logger.info({ jid, host, port }, 'component online')
      error = await this.#stay(stream, held, over)
    } catch (thrown) {
      error = thrown
    }
    this.#stream = undefined
    this.#state = 'down'
    if (over.aborted) return 0
    this.#failures += 1
    const pauseMs = reconnectPause(this.#failures, error, this.#limits)
    const reason = error instanceof Error ? error.message : String(error)
    const fields = { reason, jid, host, port, pauseMs: Math.round(pauseMs), failures: this.#failures }
    if (isWrongSetting(error)) logger.error(fields, wrongSetting(error.condition))
    else logger.warn(fields, 'component offline, it will connect again')
    return pauseMs
  }

  #open(signal: AbortSignal): Promise<ComponentStream> {
    const { address, clock, work } = this.#needs
    const { maxBufferedBytes, openTimeoutMs } = this.#limits
    const intake = (stream: ComponentStream) => work.begin(stream)
    return ComponentStream.open({ address, clock, maxBufferedBytes, openTimeoutMs, intake }, signal)
  }

  /** Keeps the connection alive; resolves with what ended it. */
  async #stay(stream: ComponentStream, held: HeldLease, over: AbortSignal): Promise<Error | undefined> {
    const { clock, logger, work } = this.#needs
    const { closeGraceMs, keepaliveEveryMs, soundAfterMs } = this.#limits
    const ended = new AbortController()
    const stopKeepalive = clock.every(keepaliveEveryMs, this.#keepalive(stream))
    void clock.sleep(soundAfterMs, ended.signal).then(() => {
      if (!ended.signal.aborted) this.#failures = 0
    })
    const aborted = new Promise<void>((resolve) => {
      over.addEventListener('abort', () => resolve(), { once: true })
      if (over.aborted) resolve()
    })
    try {
      await Promise.race([stream.ended, aborted])
      // Another gateway may connect any moment: no time for goodbyes.
      if (held.lost.aborted) stream.destroy(new Error('the lease is lost'))
      else if (over.aborted) {
        await work.settled(closeGraceMs)
        await stream.close(closeGraceMs)
        logger.info({ jid: this.#jid }, 'component closed')
      }
      return await stream.ended
    } finally {
      stopKeepalive()
      ended.abort()
    }
  }

  /**
   * A socket whose peer has vanished looks open for a quarter of an hour. What is silent is asked: by a ping to our own
   * JID, which the server brings back to us whatever other modules it has.
   */
  #keepalive(stream: ComponentStream): () => void {
    let silent = 0
    return () => {
      if (stream.takeHeard()) silent = 0
      else silent += 1
      if (silent === 0) stream.sendWhitespace()
      else if (silent < MAX_SILENT) stream.send(this.#ping())
      else stream.destroy(new Error('the chat server is silent'))
    }
  }

  #ping(): XmlElement {
    const attrs = { type: 'get', id: randomUUID(), from: this.#jid, to: this.#jid }
    return element('iq', attrs, element('ping', { xmlns: XMPP.ping }))
  }
}

function wrongSetting(condition: string): string {
  return condition === 'not-authorized'
    ? 'the chat server refuses SLUICE_COMPONENT_SECRET: it is not the secret of this component there'
    : 'the chat server refuses SLUICE_COMPONENT_JID: it has no such component'
}

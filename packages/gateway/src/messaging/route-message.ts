import { element, type Jid, NS, prepareJid, type XmlElement } from '@sluice/protocol'
import type { Clock } from '../transfer/clock.ts'
import type { NodeSignals } from '../transfer/node-signals.ts'
import { bareOf } from './bare-of.ts'
import type { DeliverOffline } from './deliver-offline.ts'
import { dropForgedDelay } from './forged-marks.ts'
import type { OfflineStore } from './offline-store.ts'
import type { Session, Sessions } from './sessions.ts'
import { StanzaFailure } from './stanza-failure.ts'
import { isStoredOffline } from './stored-offline.ts'

interface Needs {
  domain: string
  sessions: Sessions
  offline: OfflineStore
  deliverOffline: DeliverOffline
  signals: Pick<NodeSignals, 'announceMail'>
  clock: Pick<Clock, 'now'>
}

const TYPES = ['chat', 'error', 'groupchat', 'headline', 'normal'] as const
type MessageType = (typeof TYPES)[number]

/** Brings a message to the devices of its receiver, or to the mailbox (RFC 6121 §8.5). */
export class RouteMessage {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * Takes a message whose `from` the server has stamped. Where it has to wait for its receiver, it is durable once
   * resolved. Answers the devices that have it, or will out of the mailbox. Throws StanzaFailure and `bad-jid`, which nobody may answer to a message of type `error` (RFC 6120 §8.3.1).
   */
  async run(message: XmlElement): Promise<readonly Session[]> {
    const type = typeOf(message)
    // RFC 6120 §10.3.1: without `to` it is for the sender's own account.
    const to = prepareJid(message.attrs.to ?? bareOf(message.attrs.from ?? ''))
    if (to.domain !== this.#needs.domain) throw new StanzaFailure('remote-server-not-found')
    if (to.local === undefined) throw new StanzaFailure('service-unavailable')
    message.attrs.to = to.full
    dropForgedDelay(message, this.#needs.domain)
    const device = to.resource === undefined ? undefined : this.#needs.sessions.find(to.full)
    if (device && (await this.#toDevices(message, to, [device]))) return [device]
    return this.#toAccount(message, type, to)
  }

  /** To the bare JID, or to a full JID that is gone (§8.5.2, §8.5.3.2). */
  async #toAccount(message: XmlElement, type: MessageType, to: Jid): Promise<readonly Session[]> {
    if (type === 'groupchat') throw new StanzaFailure('service-unavailable')
    if (type === 'error') return []
    if (type === 'headline') {
      if (to.resource === undefined) this.#deliver(message, this.#nonNegative(to.bare))
      return []
    }
    const devices = this.#needs.sessions.mostAvailable(to.bare)
    if (await this.#toDevices(message, to, devices)) return devices
    if (isStoredOffline(message)) await this.#store(message, to.bare)
    // A bare chat state to nobody is worth no answer; what says something and may not be kept is.
    else if (message.getChild('body')) throw new StanzaFailure('service-unavailable')
    return []
  }

  #nonNegative(bare: string) {
    return this.#needs.sessions
      .available(bare)
      .filter(({ priority }) => priority >= 0)
      .map(({ session }) => session)
  }

  /**
   * True when one of them took it, or will. RFC 6120 §10.1: behind what waits for them, so into the mailbox that is
   * being emptied, and out of it again. Where it can take no more, the order gives way to the message.
   */
  async #toDevices(message: XmlElement, to: Jid, devices: readonly Session[]): Promise<boolean> {
    const { deliverOffline, sessions } = this.#needs
    const mustWait = () =>
      deliverOffline.isBehind(to.bare) &&
      isStoredOffline(message) &&
      sessions.mostAvailable(to.bare).some((target) => devices.includes(target))
    if (!mustWait()) return this.#deliver(message, devices)
    const resource = devices.some(({ full }) => full === to.full) ? to.resource : undefined
    try {
      const outcome = await this.#put(message, to.bare, resource)
      return outcome === 'stored' || this.#deliver(message, devices)
    } catch (error) {
      // Its outcome is unknown, so it may come twice: receivers drop a repeat by its origin-id (I8).
      if (this.#deliver(message, devices)) return true
      throw error
    }
  }

  #deliver(message: XmlElement, sessions: readonly Pick<Session, 'deliver'>[]): boolean {
    const frame = message.toString()
    return sessions.map((session) => session.deliver(frame)).some((taken) => taken)
  }

  async #store(message: XmlElement, bare: string): Promise<void> {
    // RFC 6121 §8.5.1; XEP-0160 §2 says the same of a mailbox that is full.
    if ((await this.#put(message, bare)) !== 'stored') throw new StanzaFailure('service-unavailable')
  }

  /** Into the mailbox, with the time; who is there hears of it. */
  async #put(message: XmlElement, bare: string, resource?: string) {
    const { clock, deliverOffline, domain, offline, sessions, signals } = this.#needs
    const delay = element('delay', { xmlns: NS.delay, from: domain, stamp: clock.now().toISOString() })
    message.append(delay)
    const frame = message.toString()
    // As it came, in case that it has to go directly.
    message.children = message.children.filter((child) => child !== delay)
    const outcome = await offline.put({ to: bare, frame, resource })
    if (outcome !== 'stored') return outcome
    // The receiver may have come online while the message was on its way into the store.
    if (sessions.mostAvailable(bare).length > 0) deliverOffline.start(bare)
    await signals.announceMail(bare)
    return outcome
  }
}

// RFC 6121 §5.2.2: an unknown type is taken for `normal`.
function typeOf(message: XmlElement): MessageType {
  return TYPES.find((type) => type === message.attrs.type) ?? 'normal'
}

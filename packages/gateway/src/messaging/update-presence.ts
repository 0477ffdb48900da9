import { element, NS, type XmlElement } from '@sluice/protocol'
import { KeyedTurns } from '../transfer/keyed-turns.ts'
import type { Logger } from '../transfer/logger.ts'
import type { ChatNews, NodeSignals } from '../transfer/node-signals.ts'
import { bareOf } from './bare-of.ts'
import type { DeliverOffline } from './deliver-offline.ts'
import type { PresenceStore } from './presence-store.ts'
import type { Session, Sessions } from './sessions.ts'
import { StanzaFailure } from './stanza-failure.ts'
import type { TellDevices } from './tell-devices.ts'

interface Needs {
  /** This node. */
  node: string
  sessions: Sessions
  presences: PresenceStore
  tellDevices: TellDevices
  deliverOffline: DeliverOffline
  signals: Pick<NodeSignals, 'announceNews'>
  logger: Pick<Logger, 'error'>
}

/** Of XML: it is kept, and goes to everybody who may see it. */
const MAX_PRESENCE_CHARACTERS = 16 * 1024

/** A device says that it is there, with a priority, or no longer (RFC 6121 §4.2, §4.4, §4.5). */
export class UpdatePresence {
  readonly #needs: Needs
  readonly #turns = new KeyedTurns()
  readonly #publishing = new Set<Promise<void>>()
  /** Full JIDs of which the store may say what is no longer so. */
  readonly #unkept = new Set<string>()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /**
   * `presence` has no `to`. The devices of one's own account see each other at once; the promise is that those who
   * subscribed to it will hear of it, on every node. Throws StanzaFailure.
   */
  run(session: Session, presence: XmlElement): Promise<void> {
    if (presence.attrs.type === undefined) return this.#arrive(session, presence)
    if (presence.attrs.type === 'unavailable') return this.#leave(session, presence)
    throw new StanzaFailure('bad-request', { type: 'modify' })
  }

  /** The stream has ended, with or without goodbye. Idempotent. */
  drop(session: Session): void {
    const { sessions } = this.#needs
    const left = sessions.remove(session)
    this.#deliverToOthers(session)
    if (!left) return
    const gone = element('presence', { xmlns: NS.client, from: session.full, type: 'unavailable' })
    this.#tell(session.bare, addressed(gone, session))
    void this.#publish(session)
  }

  /** Another node may have taken this one for gone, and so its devices; those that are here say so again. */
  heard({ full, origin }: Extract<ChatNews, { kind: 'presence' }>): void {
    const { node, presences, sessions } = this.#needs
    if (origin === node || !sessions.presenceOf(full)) return
    void this.#inTurn(full, async () => {
      if (!(await presences.find(full))) await this.#keep({ bare: bareOf(full), full })
    })
  }

  /** Tries once more what the store failed to keep. */
  async keepAgain(): Promise<void> {
    for (const full of [...this.#unkept]) {
      this.#unkept.delete(full)
      await this.#inTurn(full, () => this.#keep({ bare: bareOf(full), full }))
    }
  }

  /** Resolves when all that was said is kept. */
  async settled(): Promise<void> {
    while (this.#publishing.size > 0) await Promise.all(this.#publishing)
  }

  #arrive(session: Session, presence: XmlElement): Promise<void> {
    const { deliverOffline, sessions, tellDevices } = this.#needs
    const frame = presence.toString()
    if (frame.length > MAX_PRESENCE_CHARACTERS) throw new StanzaFailure('not-acceptable', { type: 'modify' })
    const stanza = addressed(presence, session)
    const priority = priorityOf(presence)
    const before = sessions.setPresence(session, { stanza, frame, priority })
    this.#tell(session.bare, stanza)
    if (!before) {
      for (const other of sessions.available(session.bare)) {
        if (other.session !== session) session.deliver(other.stanza.toString())
      }
      tellDevices.welcome(session)
    }
    if (priority >= 0 && !(before && before.priority >= 0)) deliverOffline.start(session.bare)
    else if (before && priority < before.priority) this.#deliverToOthers(session)
    return this.#publish(session)
  }

  async #leave(session: Session, presence: XmlElement): Promise<void> {
    const stanza = addressed(presence, session)
    if (!this.#needs.sessions.setPresence(session, undefined)) return
    session.deliver(stanza.toString())
    this.#tell(session.bare, stanza)
    this.#deliverToOthers(session)
    await this.#publish(session)
  }

  #publish({ bare, full }: Session): Promise<void> {
    return this.#inTurn(full, () => this.#keep({ bare, full }))
  }

  /** Keeps how the device stands now, and has the nodes look it up. */
  async #keep({ bare, full }: Pick<Session, 'bare' | 'full'>): Promise<void> {
    const { node, presences, sessions, signals } = this.#needs
    const presence = sessions.presenceOf(full)
    if (presence) await presences.put({ full, bare, node, frame: presence.frame })
    else await presences.remove({ full, node })
    await signals.announceNews({ kind: 'presence', origin: node, full })
  }

  #inTurn(full: string, work: () => Promise<void>): Promise<void> {
    const publishing: Promise<void> = this.#turns
      .run(full, work)
      .catch((error: unknown) => {
        this.#unkept.add(full)
        this.#needs.logger.error({ err: error }, 'presence was not kept')
      })
      .finally(() => this.#publishing.delete(publishing))
    this.#publishing.add(publishing)
    return publishing
  }

  /** What was meant for a device that took it no more waits in the mailbox for those that are left. */
  #deliverToOthers({ bare }: Session): void {
    const { deliverOffline, sessions } = this.#needs
    if (sessions.mostAvailable(bare).length > 0) deliverOffline.start(bare)
  }

  #tell(bare: string, stanza: XmlElement): void {
    const frame = stanza.toString()
    for (const { session } of this.#needs.sessions.available(bare)) session.deliver(frame)
  }
}

function addressed(presence: XmlElement, session: Session): XmlElement {
  presence.attrs.to = session.bare
  return presence
}

// RFC 6121 §4.7.2.3: an integer from -128 to 127, 0 when absent.
function priorityOf(presence: XmlElement): number {
  const text = presence.getChildText('priority')?.trim() ?? '0'
  const priority = Number(text)
  if (!/^[+-]?\d{1,3}$/.test(text) || priority < -128 || priority > 127) {
    throw new StanzaFailure('bad-request', {
      type: 'modify',
      text: 'the priority is an integer from -128 to 127',
    })
  }
  return priority
}

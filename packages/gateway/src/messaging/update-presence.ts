import { element, NS, type XmlElement } from '@sluice/protocol'
import type { DeliverOffline } from './deliver-offline.ts'
import type { Session, Sessions } from './sessions.ts'
import { StanzaFailure } from './stanza-failure.ts'

interface Needs {
  sessions: Sessions
  deliverOffline: DeliverOffline
}

/** A device says that it is there, with a priority, or no longer (RFC 6121 §4.2, §4.4, §4.5). */
export class UpdatePresence {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** `presence` has no `to`. The devices of one's own account see each other. Throws StanzaFailure. */
  run(session: Session, presence: XmlElement): void {
    if (presence.attrs.type === undefined) this.#arrive(session, presence)
    else if (presence.attrs.type === 'unavailable') this.#leave(session, presence)
    else throw new StanzaFailure('bad-request', { type: 'modify' })
  }

  /** The stream has ended, with or without goodbye. Idempotent. */
  drop(session: Session): void {
    const { sessions } = this.#needs
    const left = sessions.remove(session)
    this.#deliverToOthers(session)
    if (!left) return
    const gone = element('presence', { xmlns: NS.client, from: session.full, type: 'unavailable' })
    this.#tell(session.bare, addressed(gone, session))
  }

  #arrive(session: Session, presence: XmlElement): void {
    const { deliverOffline, sessions } = this.#needs
    const stanza = addressed(presence, session)
    const priority = priorityOf(presence)
    const before = sessions.setPresence(session, { stanza, priority })
    this.#tell(session.bare, stanza)
    if (!before) {
      for (const other of sessions.available(session.bare)) {
        if (other.session !== session) session.deliver(other.stanza.toString())
      }
    }
    if (priority >= 0 && !(before && before.priority >= 0)) deliverOffline.start(session.bare)
    else if (before && priority < before.priority) this.#deliverToOthers(session)
  }

  #leave(session: Session, presence: XmlElement): void {
    const stanza = addressed(presence, session)
    if (!this.#needs.sessions.setPresence(session, undefined)) return
    session.deliver(stanza.toString())
    this.#tell(session.bare, stanza)
    this.#deliverToOthers(session)
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

import { element, NS, Refusal, type XmlElement } from '@sluice/protocol'
import { StanzaFailure } from '../../messaging/stanza-failure.ts'
import type { MediaStanzas } from '../media-stanzas.ts'
import { errorOf } from '../stanza-answers.ts'
import type { StreamError } from '../stream-error.ts'
import { XMPP } from '../xmpp-namespaces.ts'
import { type AllowedDomains, isAllowedDomain } from './allowed-domains.ts'
import { type StampedJid, stampedJid } from './stamped-jid.ts'

interface Needs {
  readonly media: Pick<MediaStanzas, 'answer'>
  /** JID of the component. */
  readonly jid: string
  readonly allowedDomains: AllowedDomains
}

/** What anybody may ask: whether the service is there, and what it is. */
const OPEN_TO_ALL: readonly (string | undefined)[] = [NS.discoInfo, NS.discoItems, XMPP.ping]

/** What the component answers to each stanza that the chat server hands it. */
export class ComponentStanzas {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** Undefined for what must not be answered, so that no two ever answer each other without end. Never rejects. */
  async answer(stanza: XmlElement): Promise<XmlElement | undefined> {
    const { from } = stanza.attrs
    // An answer would have no address. From ourselves is only the ping that keeps the link alive.
    if (!from || from === this.#needs.jid) return undefined
    switch (stanza.getName()) {
      case 'iq':
        return this.#iq(stanza, stampedJid(from))
      case 'message':
        return answerMessage(stanza)
      case 'presence':
        return this.#presence(stanza, stampedJid(from))
      default:
        return undefined
    }
  }

  /** For a stanza that cannot be read, by its start tag. */
  refuse(stanza: XmlElement, { message }: StreamError): XmlElement | undefined {
    if (!isAnswerable(stanza)) return undefined
    const text = message === '' ? 'the stanza is not well-formed' : message
    return errorOf(stanza, new StanzaFailure('bad-request', { type: 'modify', text }))
  }

  /** For a stanza of somebody who has too many at work. */
  busy(stanza: XmlElement): XmlElement | undefined {
    return isAnswerable(stanza) ? errorOf(stanza, new Refusal('over-budget')) : undefined
  }

  async #iq(iq: XmlElement, from: StampedJid): Promise<XmlElement | undefined> {
    const { allowedDomains, jid, media } = this.#needs
    if (iq.attrs.to !== jid) return errorOf(iq, new StanzaFailure('service-unavailable'))
    const isOpen = iq.getChildElements().every((payload) => OPEN_TO_ALL.includes(payload.getNS()))
    // A server or a service owns nothing: only a person's JID has a local part.
    if (!isOpen && (from.local === '' || !isAllowedDomain(from.domain, allowedDomains)))
      return errorOf(iq, new Refusal('forbidden'))
    return media.answer(iq, from)
  }

  #presence({ attrs }: XmlElement, from: StampedJid): XmlElement | undefined {
    // Unanswered, the request would come again at each login (RFC 6121 §3.1.3). Nothing else asks for an answer.
    if (attrs.type !== 'subscribe' || from.local === '') return undefined
    const answer = {
      xmlns: XMPP.component,
      type: 'unsubscribed',
      id: attrs.id,
      from: attrs.to,
      to: from.bare,
    }
    return element('presence', answer)
  }
}

function isAnswerable(stanza: XmlElement): boolean {
  const { from, type } = stanza.attrs
  const asks = stanza.getName() === 'iq' && (type === 'get' || type === 'set')
  return Boolean(from) && (asks || stanza.getName() === 'message')
}

/** RFC 6121 §8.5.1: nobody reads messages here; a headline expects no one to (§8.5.2.1.1). */
function answerMessage(message: XmlElement): XmlElement | undefined {
  if (message.attrs.type === 'headline') return undefined
  return errorOf(message, new StanzaFailure('service-unavailable'))
}

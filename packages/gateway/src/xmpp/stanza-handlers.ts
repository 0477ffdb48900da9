import { element, NS, prepareJid, type XmlElement } from '@sluice/protocol'
import { SUBSCRIPTION_TYPES } from '../messaging/contact-moves.ts'
import type { Messaging } from '../messaging/create-messaging.ts'
import type { Session } from '../messaging/sessions.ts'
import { StanzaFailure } from '../messaging/stanza-failure.ts'
import { KeyedTurns } from '../transfer/keyed-turns.ts'
import { checkedRequest, type IqTable } from './iq/iq-table.ts'
import { MediaStanzas } from './media-stanzas.ts'
import { resultOf } from './stanza-answers.ts'

/** The session as its handlers see it. */
export interface AnswerableSession extends Session {
  send(stanza: XmlElement): void
}

/** Takes one stamped stanza. Throws Refusal or StanzaFailure, which go back to the device. */
export type StanzaHandler = (stanza: XmlElement, session: AnswerableSession) => void | Promise<void>

export type StanzaHandlers = Readonly<Record<'iq' | 'message' | 'presence', StanzaHandler>>

interface Needs {
  messaging: Messaging
  media: MediaStanzas
  mediaJid: string
  domain: string
  domainIqs: IqTable
  accountIqs: IqTable
}

/** Media stanzas of one device that are at work at once. */
const MAX_MEDIA_AT_WORK = 16

/** What the server does with each kind of stanza of one session, by where it is sent to. */
export function createStanzaHandlers({
  accountIqs,
  domain,
  domainIqs,
  media,
  mediaJid,
  messaging,
}: Needs): StanzaHandlers {
  const mediaTurns = new KeyedTurns({ maxWaiting: MAX_MEDIA_AT_WORK })

  // A cancel may wait seconds for its writer; messages and other uploads do not wait with it.
  const askMedia = (iq: XmlElement, session: AnswerableSession) =>
    mediaTurns.add(MediaStanzas.orderKey(iq), async () => {
      const answer = await media.answer(iq, session)
      if (answer) session.send(answer)
    })

  const ask = async (table: IqTable, iq: XmlElement, session: AnswerableSession) => {
    session.send(resultOf(iq, await table.answer(checkedRequest(iq, session))))
  }

  return {
    iq(iq, session) {
      const to = iq.attrs.to === undefined ? session.bare : prepareJid(iq.attrs.to).full
      if (to === mediaJid) return askMedia(iq, session)
      const table = to === domain ? domainIqs : to === session.bare ? accountIqs : undefined
      const isAnswer = iq.attrs.type === 'result' || iq.attrs.type === 'error'
      if (!table) {
        if (!isAnswer) checkedRequest(iq, session)
        return messaging.routeIq.run(iq)
      }
      // Otherwise an answer to nothing that we asked.
      if (!isAnswer) return ask(table, iq, session)
    },

    message(message) {
      const { to } = message.attrs
      if (to !== undefined && prepareJid(to).bare === mediaJid) throw new StanzaFailure('service-unavailable')
      return messaging.sendMessage.run(message)
    },

    presence(presence, session) {
      const { to, type } = presence.attrs
      if (type === 'error') return
      if (to === undefined) return messaging.updatePresence.run(session, presence)
      const { bare, domain: toDomain, full } = prepareJid(to)
      const change = SUBSCRIPTION_TYPES.find((known) => known === type)
      if (bare === session.bare) {
        if (!change) messaging.sessions.find(full)?.deliver(presence.toString())
        return
      }
      if (change && toDomain === domain) {
        const frame = subscriptionFrame(presence, { from: session.bare, to: bare })
        return messaging.changeContacts.subscribe({ account: session.bare, jid: bare, type: change, frame })
      }
      // What asks for nothing needs no answer where nothing is kept.
      if (type !== undefined && type !== 'subscribe') return
      throw new StanzaFailure(toDomain === domain ? 'feature-not-implemented' : 'remote-server-not-found')
    },
  }
}

/** Of what a stranger may have kept for somebody until that answers. */
const MAX_KEPT_CHARACTERS = 2_048

/** RFC 6121 §3.1.2: from one bare JID to the other, with what is in it if that is not too much to keep. */
function subscriptionFrame(presence: XmlElement, { from, to }: { from: string; to: string }): string {
  Object.assign(presence.attrs, { from, to })
  const frame = presence.toString()
  if (frame.length <= MAX_KEPT_CHARACTERS) return frame
  const { id, type } = presence.attrs
  return element('presence', { xmlns: NS.client, id, type, from, to }).toString()
}

import { NS } from '@sluice/protocol'
import type { Messaging } from '../../messaging/create-messaging.ts'
import { StanzaFailure } from '../../messaging/stanza-failure.ts'
import { XMPP } from '../xmpp-namespaces.ts'
import { addArchiveIqs } from './archive-iqs.ts'
import { discoInfo, discoItems } from './disco.ts'
import type { IqHandler } from './iq-request.ts'
import { IqTable } from './iq-table.ts'
import type { Registration } from './registration.ts'
import { addRosterIqs } from './roster-iqs.ts'

const nothing: IqHandler = () => undefined

function fails(condition: 'item-not-found'): IqHandler {
  return () => {
    throw new StanzaFailure(condition)
  }
}

/** What the domain itself answers. */
export function domainIqs({
  mediaJid,
  registration,
}: {
  mediaJid: string
  /** Undefined where registration is closed. */
  registration: Registration | undefined
}): IqTable {
  const features = [XMPP.ping, XMPP.offlineFeature, NS.carbons, ...(registration ? [XMPP.register] : [])]
  return serverIqs(registration)
    .on('get', NS.discoInfo, 'query', discoInfo({ category: 'server', type: 'im', name: 'Sluice' }, features))
    .on('get', NS.discoItems, 'query', discoItems([{ jid: mediaJid, name: 'Media' }]))
}

/** What the server answers for one's own account. Others' accounts answer nothing, and so tell nothing. */
export function accountIqs({
  messaging,
  registration,
}: {
  messaging: Messaging
  registration: Registration | undefined
}): IqTable {
  const table = serverIqs(registration)
  addRosterIqs(table, messaging)
  addArchiveIqs(table, messaging)
  const { sessions } = messaging
  return (
    table
      .on(
        'get',
        NS.discoInfo,
        'query',
        discoInfo({ category: 'account', type: 'registered' }, [XMPP.ping, NS.archive, NS.stanzaId]),
      )
      .on('get', NS.discoItems, 'query', discoItems([]))
      .on('set', NS.carbons, 'enable', ({ from }) => void sessions.wish(from.full, 'copies'))
      .on('set', NS.carbons, 'disable', ({ from }) => void sessions.wish(from.full, 'copies', false))
      // Clients ask for these after each login, and take the answer for "none yet".
      .on('get', XMPP.vcard, 'vCard', fails('item-not-found'))
      .on('get', XMPP.pubsub, 'pubsub', fails('item-not-found'))
      .on('get', XMPP.privateStorage, 'query', fails('item-not-found'))
  )
}

/** What clients send to the domain or, as well, to nobody. */
function serverIqs(registration: Registration | undefined): IqTable {
  const table = new IqTable()
    .on('get', XMPP.ping, 'ping', nothing)
    // RFC 3921 §3, which RFC 6121 dropped and old clients still ask for.
    .on('set', XMPP.session, 'session', nothing)
  if (!registration) return table
  return table
    .on('get', XMPP.register, 'query', ({ from }) => registration.form(from.bare))
    .on('set', XMPP.register, 'query', (request) => registration.change(request))
}

import type { XmlElement } from '@sluice/protocol'
import type { ScriptedSession } from './scripted-session.ts'

const MUC_USER = 'http://jabber.org/protocol/muc#user'

/** A room behind a scripted session, which says what Prosody's and ejabberd's rooms say. */
export class ScriptedRoom {
  readonly jid = 'tea@rooms.example.org'
  /** Nicknames that others have. */
  readonly taken = new Set<string>()
  /** Said on the way in, between one's own presence and the subject. */
  history: string[] = []
  isNew = false
  /** Whether what is said is passed on. */
  echoes = true
  /** Refuses entry with this condition. */
  closedBy: string | undefined
  /** Refuses messages with this condition. */
  mutedBy: string | undefined
  readonly #session: ScriptedSession
  /** The client's. */
  #nick = ''

  constructor(session: ScriptedSession) {
    this.#session = session
    session.onSent = (stanza) => {
      if (stanza.attrs.to?.startsWith(this.jid)) queueMicrotask(() => this.#take(stanza))
    }
  }

  /** A message by an occupant. */
  says(nick: string, text: string, over: { id?: string; stanzaId?: string; children?: string } = {}): void {
    this.#session.receive(this.line(nick, text, over))
  }

  line(
    nick: string,
    text: string,
    {
      id = crypto.randomUUID(),
      stanzaId,
      children = '',
    }: { id?: string; stanzaId?: string; children?: string } = {},
  ): string {
    const named =
      stanzaId === undefined ? '' : `<stanza-id xmlns="urn:xmpp:sid:0" by="${this.jid}" id="${stanzaId}"/>`
    return `
      <message xmlns="jabber:client" type="groupchat" id="${id}" from="${this.jid}/${nick}" to="alice@example.org/one">
        <body>${text}</body><origin-id xmlns="urn:xmpp:sid:0" id="${id}"/>${named}${children}
      </message>`
  }

  /** One's own presence, as the room sees it now. */
  present(nick: string, codes: number[], over: { type?: string; newNick?: string } = {}): string {
    const statuses = codes.map((code) => `<status code="${code}"/>`).join('')
    const item = over.newNick === undefined ? '<item role="participant"/>' : `<item nick="${over.newNick}"/>`
    const type = over.type === undefined ? '' : `type="${over.type}"`
    return `<presence from="${this.jid}/${nick}" ${type}><x xmlns="${MUC_USER}">${item}${statuses}</x></presence>`
  }

  #take(stanza: XmlElement): void {
    const { type, to = '', id = '' } = stanza.attrs
    if (stanza.is('message')) this.#takeMessage(stanza, id)
    else if (type === undefined) this.#admit(to.slice(this.jid.length + 1))
  }

  #admit(nick: string): void {
    const refusal = this.taken.has(nick) ? 'conflict' : this.closedBy
    if (refusal !== undefined) {
      const error = `<error type="cancel"><${refusal} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`
      this.#session.receive(`<presence type="error" from="${this.jid}/${nick}">${error}</presence>`)
      return
    }
    this.#nick = nick
    this.#session.receive(
      `<presence from="${this.jid}/bob"><x xmlns="${MUC_USER}"><item role="moderator"/></x></presence>`,
      this.present(nick, this.isNew ? [201, 110] : [110]),
      ...this.history,
      `<message type="groupchat" from="${this.jid}"><subject/></message>`,
    )
  }

  #takeMessage(stanza: XmlElement, id: string): void {
    if (this.mutedBy !== undefined) {
      const error = `<error type="auth"><${this.mutedBy} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`
      this.#session.receive(`<message type="error" id="${id}" from="${this.jid}">${error}</message>`)
    } else if (this.echoes) {
      this.says(this.#nick, stanza.getChildText('body') ?? '', { id, stanzaId: `named-${id}` })
    }
  }
}

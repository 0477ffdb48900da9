import { decodeChatMessage, element, NS, type XmlElement } from '@sluice/protocol'
import type { Clock } from '../clock.ts'
import { Listeners } from '../listeners.ts'
import type { Log } from '../log.ts'
import type { Session } from '../session/session.ts'
import { bareJid, type Message, messageOf } from './message.ts'
import type { MessageHistory } from './message-history.ts'
import type { RepeatFilter } from './repeat-filter.ts'

const CHAT_STATES = 'http://jabber.org/protocol/chatstates'

export interface Presence {
  readonly fromUserJid: string
  readonly status: 'online' | 'offline'
  /** RFC 6121 §4.7.2: `away`, `chat`, `dnd` or `xa`. */
  readonly show?: string | undefined
}

export interface Typing {
  readonly fromUserJid: string
  /** XEP-0085. */
  readonly status: 'composing' | 'paused'
}

interface Needs {
  session: Session
  repeats: RepeatFilter
  history: MessageHistory
  clock: Clock
  log: Log
}

/** What others send: messages once each, presence, typing. */
export class Inbox {
  readonly messages: Listeners<Message>
  readonly presences: Listeners<Presence>
  readonly typings: Listeners<Typing>
  readonly #needs: Needs
  #lastShown: Promise<void> = Promise.resolve()
  #closed = false
  #forgotten = false

  constructor(needs: Needs) {
    this.#needs = needs
    this.messages = new Listeners(needs.log)
    this.presences = new Listeners(needs.log)
    this.typings = new Listeners(needs.log)
    needs.session.stanzas.add((stanza) => this.#receive(stanza))
  }

  /**
   * Takes nothing more, and resolves when all that came has been shown and remembered: the server gives it to
   * nobody again. With `forget` what waits is not shown any more. Never rejects.
   */
  async close({ forget }: { forget: boolean }): Promise<void> {
    this.#closed = true
    this.#forgotten ||= forget
    await this.#lastShown
    await this.#saveRepeats()
  }

  #receive(stanza: XmlElement): unknown {
    if (this.#closed) return
    if (stanza.is('presence')) return this.#receivePresence(stanza)
    if (!stanza.is('message')) return
    this.#receiveTyping(stanza)
    return this.#receiveMessage(stanza)
  }

  #receiveMessage(stanza: XmlElement): Promise<void> {
    const { session, clock, repeats } = this.#needs
    const chat = decodeChatMessage(stanza)
    if (!chat) return Promise.resolve()
    const message = messageOf(chat, { from: session.account, timestamp: clock.now() })
    this.#acknowledge(stanza, chat.receiptRequested === true)
    // In rooms the sender is the occupant. A stanza's own id tells nothing: it is unique within its stream at
    // most (RFC 6120 §8.1.3).
    const sender = chat.chat === 'groupchat' ? (chat.from ?? '') : message.fromUserJid
    const { originId } = chat
    if (originId !== undefined && !repeats.isNew({ sender, id: originId })) return Promise.resolve()
    // One after the other, so that none is shown before an earlier one.
    this.#lastShown = this.#lastShown.then(() => this.#show(message))
    return this.#lastShown
  }

  async #show(message: Message): Promise<void> {
    const { history, log } = this.#needs
    if (this.#forgotten) return
    try {
      // Remembered before it is shown, so that a listener can download at once.
      if (message.msgId !== '') await history.remember(message)
    } catch (error) {
      log('error', 'a message was not remembered', { error })
    }
    if (this.#forgotten) return
    this.messages.emit(message)
    void this.#saveRepeats()
  }

  async #saveRepeats(): Promise<void> {
    const { repeats, log } = this.#needs
    try {
      await repeats.save()
    } catch (error) {
      log('error', 'a message was not remembered', { error })
    }
  }

  /** XEP-0184 §5.4: the receipt carries the id of the stanza, which need not be the origin-id. */
  #acknowledge({ attrs: { id, from } }: XmlElement, requested: boolean): void {
    if (!requested || !id || !from || bareJid(from) === this.#needs.session.account) return
    const receipt = element(
      'message',
      { to: from, type: 'chat' },
      element('received', { xmlns: NS.receipts, id }),
    )
    this.#needs.session.send(receipt).catch((error: unknown) => {
      this.#needs.log('debug', 'a receipt did not go out', { error })
    })
  }

  #receivePresence(stanza: XmlElement): void {
    const { type, from } = stanza.attrs
    if (!from || (type !== undefined && type !== 'unavailable')) return
    const show = stanza.getChildText('show')
    this.presences.emit({
      fromUserJid: bareJid(from),
      status: type === undefined ? 'online' : 'offline',
      ...(show !== null && { show }),
    })
  }

  #receiveTyping(stanza: XmlElement): void {
    const { type, from } = stanza.attrs
    if (type === 'error' || !from) return
    if (stanza.getChild('composing', CHAT_STATES))
      this.typings.emit({ fromUserJid: bareJid(from), status: 'composing' })
    else if (stanza.getChild('paused', CHAT_STATES))
      this.typings.emit({ fromUserJid: bareJid(from), status: 'paused' })
  }
}

import { prepareJid } from '@sluice/protocol'
import type { ChatNews, NodeSignals } from '../transfer/node-signals.ts'
import type { Contact, ContactPair } from './contact.ts'
import { type ContactMove, listed, MOVES, type SubscriptionType, unlisted } from './contact-moves.ts'
import type { ContactStore } from './contact-store.ts'
import { StanzaFailure } from './stanza-failure.ts'

interface Needs {
  contacts: ContactStore
  signals: Pick<NodeSignals, 'announceNews'>
}

const MAX_NAME_CHARACTERS = 1023
const MAX_GROUPS = 32

/** An account changes its roster, or who sees whom (RFC 6121 §2, §3). Whom it concerns hears of it on every node. */
export class ChangeContacts {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** Throws `bad-jid` and StanzaFailure. */
  async set(account: string, item: Pick<Contact, 'jid' | 'name' | 'groups'>): Promise<void> {
    const jid = contactJid(item.jid, account)
    const { groups, name } = item
    // RFC 6121 §2.3.3.
    if ([name ?? '', ...groups].some((text) => text.length > MAX_NAME_CHARACTERS)) throw unacceptable()
    if (groups.includes('') || groups.length > MAX_GROUPS) throw unacceptable()
    if (new Set(groups).size < groups.length) throw new StanzaFailure('bad-request', { type: 'modify' })
    await this.#move(account, jid, (pair) => listed(pair, { name: name || undefined, groups }))
  }

  /** Throws `bad-jid` and StanzaFailure. */
  async remove(account: string, jid: string): Promise<void> {
    await this.#move(account, contactJid(jid, account), unlisted)
  }

  /** Both are prepared and bare; `frame` is the stanza as its receiver is to get it. Throws StanzaFailure. */
  async subscribe(change: {
    account: string
    jid: string
    type: SubscriptionType
    frame: string
  }): Promise<void> {
    await this.#move(change.account, change.jid, (pair) => MOVES[change.type](pair, change.frame))
  }

  async #move(account: string, jid: string, make: (pair: ContactPair) => ContactMove): Promise<void> {
    let move: ContactMove | undefined
    const outcome = await this.#needs.contacts.change({
      account,
      jid,
      change: (pair) => {
        move = make(pair)
        return move.pair
      },
    })
    if (outcome === 'full') throw new StanzaFailure('resource-constraint')
    if (outcome === 'unknown-account' || !move) throw new StanzaFailure('item-not-found')
    await this.#tell({ kind: 'contact', account, jid, ...move.own })
    await this.#tell({ kind: 'contact', account: jid, jid: account, ...move.other })
  }

  async #tell(news: ChatNews & { kind: 'contact' }): Promise<void> {
    const { presence, push, stanzas } = news
    if (push || stanzas.length > 0 || presence) await this.#needs.signals.announceNews(news)
  }
}

function contactJid(text: string, account: string): string {
  const { bare, full } = prepareJid(text)
  // RFC 6121 §2.1.2.4 leaves room for resources, which nobody's presence here is kept by.
  if (full !== bare)
    throw new StanzaFailure('bad-request', { type: 'modify', text: 'a contact is a bare JID' })
  if (bare === account) throw new StanzaFailure('not-allowed', { text: 'this is your own address' })
  return bare
}

function unacceptable(): StanzaFailure {
  return new StanzaFailure('not-acceptable', { type: 'modify' })
}

import type { Contact, ContactPair } from './contact.ts'
import { stranger } from './contact.ts'
import { StanzaFailure } from './stanza-failure.ts'

export const SUBSCRIPTION_TYPES = ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'] as const
export type SubscriptionType = (typeof SUBSCRIPTION_TYPES)[number]

/** What one end of a relation is to hear of a change. */
export interface ContactNews {
  readonly push: boolean
  readonly stanzas: readonly SubscriptionType[]
  /** Whether the devices of the other end come into sight, or go. */
  readonly presence?: 'show' | 'hide'
}

export interface ContactMove {
  readonly pair: ContactPair
  readonly own: ContactNews
  readonly other: ContactNews
}

const SILENCE: ContactNews = { push: false, stanzas: [] }

/** What a presence stanza from `own` to `other` does (RFC 6121 §3, appendix A). `frame` is that stanza. Pure. */
export const MOVES: Readonly<Record<SubscriptionType, (pair: ContactPair, frame: string) => ContactMove>> = {
  subscribe: ({ own, other }, frame) => {
    // Servers are told to keep silent (§8.5.1); here it is the own server that answers, as it does for messages.
    if (!other) throw new StanzaFailure('item-not-found')
    // §3.1.3 has it answered in the contact's name, and §A.3.2 keeps that answer from who has it. Converse thanks for a yes
    // by another question: an answer would go on for ever.
    if (own.to) return unchanged({ own, other })
    return {
      pair: {
        own: { ...own, listed: true, asked: true },
        other: { ...other, asking: other.asking ?? frame },
      },
      own: { push: true, stanzas: [] },
      other: { push: false, stanzas: other.asking === undefined ? ['subscribe'] : [] },
    }
  },

  subscribed: ({ own, other }) => {
    if (own.asking === undefined || !other) return unchanged({ own, other })
    return {
      pair: {
        own: { ...own, listed: true, from: true, asking: undefined },
        other: { ...other, listed: true, to: true, asked: false },
      },
      own: { push: true, stanzas: [] },
      other: { push: true, stanzas: ['subscribed'], presence: 'show' },
    }
  },

  unsubscribe: ({ own, other }) => {
    if (!own.to && !own.asked) return unchanged({ own, other })
    return {
      pair: {
        own: { ...own, to: false, asked: false },
        other: other && { ...other, from: false, asking: undefined },
      },
      own: { push: own.listed, stanzas: [], ...(own.to && { presence: 'hide' }) },
      other: { push: other?.listed ?? false, stanzas: ['unsubscribe'] },
    }
  },

  unsubscribed: ({ own, other }) => {
    if (!own.from && own.asking === undefined) return unchanged({ own, other })
    return {
      pair: {
        own: { ...own, from: false, asking: undefined },
        other: other && { ...other, to: false, asked: false },
      },
      own: { push: own.listed, stanzas: [] },
      other: {
        push: other?.listed ?? false,
        stanzas: ['unsubscribed'],
        ...(own.from && { presence: 'hide' }),
      },
    }
  },
}

/** Adds a contact to the roster, or renames it (§2.3, §2.4). */
export function listed({ own, other }: ContactPair, item: Pick<Contact, 'name' | 'groups'>): ContactMove {
  return {
    pair: { own: { ...own, name: item.name, groups: item.groups, listed: true }, other },
    own: { push: true, stanzas: [] },
    other: SILENCE,
  }
}

/** Takes a contact out of the roster, and ends what there was both ways (§2.5). Who asks still asks. */
export function unlisted({ own, other }: ContactPair): ContactMove {
  if (!own.listed) throw new StanzaFailure('item-not-found')
  const stanzas: SubscriptionType[] = []
  if (own.to || own.asked) stanzas.push('unsubscribe')
  if (own.from) stanzas.push('unsubscribed')
  return {
    pair: {
      own: { ...stranger(own.jid), asking: own.asking },
      other: other && { ...other, to: false, from: false, asking: undefined },
    },
    own: { push: true, stanzas: [], ...(own.to && { presence: 'hide' }) },
    other: {
      push: (other?.listed ?? false) && stanzas.length > 0,
      stanzas,
      ...(own.from && { presence: 'hide' }),
    },
  }
}

function unchanged(pair: ContactPair): ContactMove {
  return { pair, own: SILENCE, other: SILENCE }
}

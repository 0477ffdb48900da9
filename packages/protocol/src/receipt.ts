import { idField } from './field.ts'
import { NS } from './namespaces.ts'
import { readable } from './readable.ts'
import { element, type XmlElement } from './xml.ts'

/** What became of a message at its recipient. */
export interface Receipt {
  /** The stanza id of the message; in a room what the room named it (XEP-0359). */
  readonly id: string
  /** A device has it (XEP-0184), or a person has seen it and all before it (XEP-0333). */
  readonly state: 'received' | 'displayed'
}

const NAMESPACES = { received: NS.receipts, displayed: NS.markers } as const

/** The whole `<message/>`. Servers are asked to keep it (XEP-0334), for the devices that are away. */
export function encodeReceipt({
  to,
  chat,
  id,
  state,
}: Receipt & { readonly to: string; readonly chat: 'chat' | 'groupchat' }): XmlElement {
  return element(
    'message',
    { type: chat, to },
    element(state, { xmlns: NAMESPACES[state], id }),
    element('store', { xmlns: NS.hints }),
  )
}

/** Undefined when the message is none. */
export function decodeReceipt(message: XmlElement): Receipt | undefined {
  if (message.attrs.type === 'error') return undefined
  for (const state of ['displayed', 'received'] as const) {
    const id = readable(idField.parse, message.getChild(state, NAMESPACES[state])?.attrs.id)
    if (id !== undefined) return { id, state }
  }
  return undefined
}

import { NS } from './namespaces.ts'
import { element, type XmlElement } from './xml.ts'

const CHAT_STATES = ['composing', 'paused', 'active'] as const

/** What somebody does in a conversation (XEP-0085), as far as our clients tell it. */
export type ChatState = (typeof CHAT_STATES)[number]

/** The whole `<message/>`, which nobody keeps: it is worth nothing later. */
export function encodeChatState({
  to,
  chat,
  state,
}: {
  readonly to: string
  readonly chat: 'chat' | 'groupchat'
  readonly state: ChatState
}): XmlElement {
  return element(
    'message',
    { type: chat, to },
    element(state, { xmlns: NS.chatStates }),
    element('no-store', { xmlns: NS.hints }),
  )
}

/** Undefined when the message tells none. */
export function decodeChatState(message: XmlElement): ChatState | undefined {
  if (message.attrs.type === 'error') return undefined
  return CHAT_STATES.find((state) => message.getChild(state, NS.chatStates))
}

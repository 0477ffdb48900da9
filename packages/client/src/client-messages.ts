import type { ChatState } from '@sluice/protocol'
import type { ClientCore } from './client-core.ts'
import type { Conversations } from './messages/conversations.ts'
import type { Message } from './messages/message.ts'
import { badParameter, jidParameter, recipientParameter, textParameter } from './parameters.ts'
import { randomId } from './random-id.ts'
import { asTransferError } from './transfers/upload-failure.ts'

const PATIENCE_MS = 60_000
const TYPING_MS = 5_000
const PAGE = 50
const LARGEST_PAGE = 500

export interface SendTextOptions {
  readonly to: string
  readonly text: string
  readonly replyTo?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly id?: string | undefined
  /** By default what the server says of `to`. */
  readonly chat?: 'chat' | 'groupchat' | undefined
}

/** Text messages and conversations. */
export interface ClientMessages {
  /**
   * Resolves once one's own server, or the room, has the message; waits for a connection. Messages to one person or
   * room keep their order.
   */
  send(options: SendTextOptions): Promise<Message>
  /**
   * A page of the conversation with a person or room: texts and media, own and theirs, oldest first, from the server's
   * archive (XEP-0313); where there is none, of the last 200 that this store has seen. Without `before` the newest
   * page; `before` of the answer asks for the one before it, and is absent when there is none. A message that was
   * shown live is the same one by its `msgId`. `max` is 50 by default, 500 at most. Waits for a connection, 60 s at
   * most. Rejects with TransferError; 401 while not logged in.
   */
  list(options: {
    with: string
    before?: string | undefined
    max?: number | undefined
  }): Promise<{ messages: Message[]; before?: string | undefined }>
  /**
   * Tells the other one, or the room, that their message `id` and all before it were seen (XEP-0333). Meant for messages
   * that are `markable`. Rejects as `list` does.
   */
  markDisplayed(options: { with: string; id: string }): Promise<void>
  /** Tells what the user does (XEP-0085), if the line is up. Throws TransferError: 400, 401. */
  typing(options: { to: string; state: ChatState }): void
}

/** Queues a text. Throws TransferError; rejects as TextQueue does. */
export function sendText(core: ClientCore, options: SendTextOptions): Promise<Message> {
  const { texts, rooms } = core.account
  const { replyTo, metadata, chat, id = randomId() } = options
  return texts.send({
    id,
    originId: id,
    to: recipientParameter(options.to, 'to', rooms),
    chat,
    text: textParameter(options.text, 'text'),
    ...(replyTo && { replyTo: { id: replyTo } }),
    ...(metadata && { metadata }),
  })
}

/** The typed face on messages. */
export function messagesOf(core: ClientCore): ClientMessages {
  const call = async <T>(work: (held: Conversations, signal: AbortSignal) => Promise<T>): Promise<T> => {
    const { account } = core
    try {
      return await work(await account.conversations(), AbortSignal.timeout(PATIENCE_MS))
    } catch (error) {
      throw asTransferError(account.endedBy ?? error)
    }
  }
  return {
    send: async (text) => sendText(core, text),
    list: ({ with: peer, before, max = PAGE }) =>
      call((held, signal) => {
        if (!Number.isInteger(max) || max < 1 || max > LARGEST_PAGE) throw badParameter('max')
        return held.list({ with: jidParameter(peer, 'with'), before, max }, signal)
      }),
    markDisplayed: (options) =>
      call((held, signal) => {
        const id = textParameter(options.id, 'id')
        return held.markDisplayed({ with: jidParameter(options.with, 'with'), id }, signal)
      }),
    typing({ to, state }) {
      const peer = jidParameter(to, 'to')
      const signal = AbortSignal.timeout(TYPING_MS)
      core.account.keep((held) => held.typing({ to: peer, state }, signal))
    },
  }
}

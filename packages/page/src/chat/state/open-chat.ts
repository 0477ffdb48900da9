import type { Client, Contact, SessionState } from '@sluice/client'
import { followKeptUpload } from '../sending/send-file.ts'
import { deliverText } from '../sending/send-text.ts'
import type { ChatState } from './chat-context.ts'
import { Conversations } from './conversations.ts'
import { Kept } from './kept.ts'
import { Observable } from './observable.ts'
import { Previews } from './previews.ts'
import { readNewest } from './read-history.ts'
import { followAddress } from './shown-conversation.ts'
import { takeIn, takeReceipt, takeTyping } from './take-in.ts'

/** With so many a login catches up; the others when they are looked at. */
const PARTNERS = 40

export interface OpenChat {
  readonly chat: ChatState
  /** Stops listening; the client stays as it is. */
  readonly close: () => void
}

/**
 * The chat of an account that is about to log in: made before, so that nothing said in the meantime is missed.
 * `onLogout`: the account was logged out in another tab.
 */
export function openChat(client: Client, account: string, onLogout: () => void): OpenChat {
  const kept = new Kept(account)
  const chat: ChatState = {
    client,
    account,
    connection: new Observable<SessionState>(client.state),
    contacts: new Observable<readonly Contact[]>([]),
    conversations: new Conversations({ marksOf: (jid) => kept.marksOf(jid) }),
    shown: new Observable<string | undefined>(undefined),
    heard: new Observable(''),
    previews: new Previews(),
    kept,
  }
  let isFirst = true
  const online = async (state: SessionState) => {
    // Who lost their place to another client still has an account.
    if (state === 'offline' && !isFirst && client.jid === undefined) return onLogout()
    chat.connection.set(state)
    if (state !== 'online') return
    if (isFirst) restore(chat)
    isFirst = false
    await catchUp(chat)
  }
  const removers = [
    client.on('state', online),
    client.on('message', (message) => takeIn(chat, message)),
    client.on('receipt', (receipt) => takeReceipt(chat, receipt)),
    client.on('typing', (typing) => takeTyping(chat, typing)),
    client.on('contacts', (contacts) => chat.contacts.set(contacts)),
    chat.shown.subscribe(() => void readShown(chat)),
    followAddress(chat.shown),
  ]
  return {
    chat,
    close() {
      for (const remove of removers) remove()
      chat.previews.clear()
    },
  }
}

/** What an earlier run of the page did not finish. */
function restore(chat: ChatState): void {
  for (const outgoing of chat.kept.outgoing()) {
    if (outgoing.file) followKeptUpload(chat, outgoing)
    else void deliverText(chat, outgoing)
  }
}

async function catchUp(chat: ChatState): Promise<void> {
  chat.contacts.set(await chat.client.contacts.list())
  const partners = new Set([
    ...(chat.shown.value === undefined ? [] : [chat.shown.value]),
    ...chat.contacts.value.map(({ jid }) => jid),
    ...chat.conversations.all.value.keys(),
    ...chat.kept.partners(),
  ])
  const queue = [...partners].slice(0, PARTNERS)
  const work = async () => {
    for (let jid = queue.shift(); jid !== undefined; jid = queue.shift()) await readQuietly(chat, jid)
  }
  await Promise.all([work(), work(), work()])
}

async function readShown(chat: ChatState): Promise<void> {
  const jid = chat.shown.value
  if (jid === undefined || chat.connection.value !== 'online') return
  if (chat.conversations.of(jid).older === 'unknown') await readQuietly(chat, jid)
}

/** What cannot be read now is read when the line is back. */
async function readQuietly(chat: ChatState, jid: string): Promise<void> {
  await readNewest(chat, jid).catch(() => {
    chat.conversations.change(jid, (held) => (held.older === 'unknown' ? { ...held, older: 'failed' } : held))
  })
}

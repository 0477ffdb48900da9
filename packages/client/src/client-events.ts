import type { Account } from './account.ts'
import type { Contact } from './contacts/contact.ts'
import { Listeners } from './listeners.ts'
import type { Log } from './log.ts'
import type { Presence, ReceiptEvent, Typing } from './messages/inbox.ts'
import type { Message } from './messages/message.ts'
import type { StorageTrouble } from './persistence/store.ts'
import type { SessionState } from './session/session.ts'
import type { Downloaded } from './transfers/download.ts'
import type { Transfer } from './transfers/transfer.ts'

/** How far a transfer is, 0 to 100; 100 once every byte is durable. */
export interface TransferPercent {
  readonly msgId: string
  readonly progress: number
}

export interface ClientEvents {
  state: SessionState
  message: Message
  presence: Presence
  typing: Typing
  receipt: ReceiptEvent
  /** A message of this client that its server, or its room, has taken. */
  sent: Message
  /** The whole list, when anything in it has changed. */
  contacts: readonly Contact[]
  upload: TransferPercent
  download: TransferPercent
  /** A new transfer, or one whose state or progress has changed. */
  transfer: Transfer<Message> | Transfer<Downloaded>
  /** Something is remembered only until the page is closed; everything else works. Once for each code and login. */
  storage: StorageTrouble
}

export type EventListeners = { readonly [E in keyof ClientEvents]: Listeners<ClientEvents[E]> }

export function openEvents(log: Log): EventListeners {
  return {
    state: new Listeners(log),
    message: new Listeners(log),
    presence: new Listeners(log),
    typing: new Listeners(log),
    receipt: new Listeners(log),
    sent: new Listeners(log),
    contacts: new Listeners(log),
    upload: new Listeners(log),
    download: new Listeners(log),
    transfer: new Listeners(log),
    storage: new Listeners(log),
  }
}

/** Tells what happens in an account. */
export function passOn(account: Account, events: EventListeners): void {
  const { session, inbox, outbox, uploads, downloads, contactChanges } = account
  const { upload, download, transfer } = events
  session.states.add((value) => events.state.emit(value))
  inbox.messages.add((value) => events.message.emit(value))
  inbox.presences.add((value) => events.presence.emit(value))
  inbox.typings.add((value) => events.typing.emit(value))
  inbox.receipts.add((value) => events.receipt.emit(value))
  outbox.sent.add((value) => events.sent.emit(value))
  contactChanges.add((value) => events.contacts.emit(value))
  uploads.progress.add(percentOf((value) => upload.emit(value)))
  downloads.progress.add(percentOf((value) => download.emit(value)))
  for (const each of [uploads.changes, uploads.progress]) each.add((value) => transfer.emit(value))
  for (const each of [downloads.changes, downloads.progress]) each.add((value) => transfer.emit(value))
}

/** Passes on whole percents, each once in a row. */
function percentOf(emit: (percent: TransferPercent) => void): (transfer: Transfer<unknown>) => void {
  const last = new WeakMap<Transfer<unknown>, number>()
  return (transfer) => {
    const { committed, total } = transfer.progress
    const progress = total === 0 ? 100 : Math.floor((committed / total) * 100)
    if (last.get(transfer) === progress) return
    last.set(transfer, progress)
    emit({ msgId: transfer.id, progress })
  }
}

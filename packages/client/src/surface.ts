/** What the package exports on every platform, beside what its roots make of their Platform. */
export type { Client, Media, SendMediaOptions } from './client.ts'
export type { ClientContacts } from './client-contacts.ts'
export type { ClientEvents, TransferPercent } from './client-events.ts'
export type { ClientMessages, SendTextOptions } from './client-messages.ts'
export type { ClientOptions } from './client-options.ts'
export type { ClientRooms, JoinRoomOptions } from './client-rooms.ts'
export type { Contact } from './contacts/contact.ts'
export type { LogEntry, LogLevel, LogListener } from './log.ts'
export type { Presence, ReceiptEvent, Typing } from './messages/inbox.ts'
export type { Message, MessageMedia } from './messages/message.ts'
export { indexedDbStore } from './persistence/indexed-db-store.ts'
export { memoryStore } from './persistence/memory-store.ts'
export {
  type AccountStore,
  type FinishedFile,
  type GivenFile,
  type KeptFile,
  type Part,
  PartDamaged,
  StorageFull,
  type StorageTrouble,
  type Store,
  StoreBusy,
  type Table,
  type UploadFiles,
} from './persistence/store.ts'
export type { JoinedRoom } from './rooms/rooms.ts'
export type { Cb, Chain } from './sdk/chain.ts'
export type { CallbackListeners, Facade, InitializeOptions, MediaParams, TextParams } from './sdk/facade.ts'
export type { Res } from './sdk/res.ts'
export type { Credentials } from './session/connection.ts'
export type { SessionState } from './session/session.ts'
export type { Downloaded } from './transfers/download.ts'
export type { FileHandle, FileInput } from './transfers/file-source.ts'
export type { Progress, Transfer, TransferState, TransferState as State } from './transfers/transfer.ts'
export { TransferError, type TransferErrorCode, type TransferFailure } from './transfers/transfer-error.ts'

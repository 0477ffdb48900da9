/** Hooks for React 18 and later, and for preact/compat; all render on a server too. */
export type { ConversationView } from './react/conversation.ts'
export type { TransferView } from './react/transfer-view.ts'
export { useConnection } from './react/use-connection.ts'
export { useContacts } from './react/use-contacts.ts'
export { useMessages } from './react/use-messages.ts'
export { useTransfer } from './react/use-transfer.ts'
export { useTransfers } from './react/use-transfers.ts'

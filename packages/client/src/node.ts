import { createHash } from 'node:crypto'
import { WebSocket } from 'ws'
import { type Client, openClient } from './client.ts'
import type { ClientOptions } from './client-options.ts'
import { systemClock } from './clock.ts'
import { folderStore } from './persistence/folder-store.ts'
import type { Platform } from './platform.ts'
import type { Facade } from './sdk/facade.ts'
import { openSdk } from './sdk/open-sdk.ts'
import { NodeHttpTransport } from './transfers/node-http-transport.ts'
import { openNodeFile } from './transfers/open-node-file.ts'

const platform: Platform = {
  clock: systemClock,
  WebSocket,
  openTransport: () => new NodeHttpTransport(),
  sha256() {
    const hash = createHash('sha256')
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') }
  },
  openFile: openNodeFile,
  defaultStore: () => folderStore(),
  random: Math.random,
}

/** A second, independent SDK: another account in the same process. */
export function createSDK(): Facade {
  return openSdk(platform)
}

/** The manual's SDK. */
export const SDK: Facade = /* @__PURE__ */ createSDK()

/** A typed client, independent of every other. */
export function createClient(options: ClientOptions): Client {
  return openClient(platform, options)
}

export type { Client, Media, SendMediaOptions, SendTextOptions } from './client.ts'
export type { ClientEvents, TransferPercent } from './client-core.ts'
export type { ClientOptions } from './client-options.ts'
export type { ClientRooms, JoinRoomOptions } from './client-rooms.ts'
export type { LogEntry, LogLevel, LogListener } from './log.ts'
export type { Presence, Typing } from './messages/inbox.ts'
export type { Message, MessageMedia } from './messages/message.ts'
export { folderStore } from './persistence/folder-store.ts'
export { memoryStore } from './persistence/memory-store.ts'
export {
  type AccountStore,
  type FinishedFile,
  type KeptFile,
  type Part,
  type Store,
  StoreBusy,
  type Table,
} from './persistence/store.ts'
export type { JoinedRoom } from './rooms/rooms.ts'
export type { Cb, Chain } from './sdk/chain.ts'
export type { CallbackListeners, Facade, InitializeOptions, MediaParams, TextParams } from './sdk/facade.ts'
export type { Res } from './sdk/res.ts'
export type { Credentials } from './session/connection.ts'
export type { SessionState } from './session/session.ts'
export type { Downloaded } from './transfers/download.ts'
export type { FileInput } from './transfers/file-source.ts'
export type { Progress, Transfer, TransferState, TransferState as State } from './transfers/transfer.ts'
export { TransferError, type TransferErrorCode, type TransferFailure } from './transfers/transfer-error.ts'

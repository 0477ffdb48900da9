import type { CallbackListeners, Downloaded, Facade, LogListener } from '@sluice/client'
import type { UploadStatus } from '@sluice/protocol'

/**
 * Where the manual's suite plays: a place with accounts, devices and links, whatever the chat server and wherever
 * the SDK runs. A new stage (another server, a browser) implements this and runs the same suite.
 */
export interface Stage {
  /** The largest file that the gateway takes, in bytes. */
  readonly maxUploadBytes: number
  /** A new account that nobody used before. */
  account(): Promise<Account>
  /** An address on the same server that has no account yet: messages to it come back. */
  newcomer(): Newcomer
  /** A new device, logged in, with a link of its own to the server. */
  device(account: Account, options?: DeviceOptions): Promise<Device>
  /** A device whose SDK is initialized but not connected. */
  idleDevice(options?: DeviceOptions): Promise<Device>
  /** A file that devices of this stage can send; its bytes follow from the seed. */
  file(size: number, options?: { seed?: string; name?: string }): Promise<StageFile>
  /** Another byte at this place of the file. */
  changeFile(file: StageFile, at: number): Promise<void>
  removeFile(file: StageFile): Promise<void>
  /** SHA-256 of what a download gave. */
  sha256(device: Device, downloaded: Downloaded | undefined): Promise<string>
  /** What the gateway says of an unfinished upload to its owner, by stanza, once that is what is `wanted`. */
  uploadBecomes(
    owner: Account,
    messageId: string,
    wanted: (upload: UploadStatus) => boolean,
  ): Promise<UploadStatus>
  /** The owner takes a sent media back. */
  deleteMedia(owner: Account, mediaId: string): Promise<void>
  /** Time passes: the unfinished upload of this message expires. */
  expireUpload(messageId: string): Promise<void>
  /** One byte of a stored object of this message's media turns over. */
  corruptMedia(messageId: string): Promise<void>
  /** A foreign client sends a link to a file on a server of its own. */
  foreignLink(from: Account, to: Account, messageId: string, size: number): Promise<ForeignLink>
  /** A foreign client sends the link of an upload to the gateway before it sends the bytes. */
  earlyLink(from: Account, to: Account, messageId: string, size: number): Promise<void>
  killGateway(): Promise<void>
  startGateway(): Promise<void>
  close(): Promise<void>
}

export interface Account {
  readonly username: string
  readonly password: string
  readonly jid: string
}

export interface Newcomer {
  readonly jid: string
  /** From now on there is an account. */
  arrive(): Promise<Account>
}

export interface ForeignLink {
  /** Of the file as it is now. */
  sha256(): string
  /** Another file under the same link, with an entity tag of its own. */
  change(): void
  /** The server forgets the file and answers with this status. */
  expire(status: 404 | 410): void
  close(): Promise<void>
}

export interface StageFile {
  /** What the SDK takes as `file`. */
  readonly file: File | Blob | string
  readonly name: string
  readonly size: number
  readonly sha256: string
}

export interface DeviceOptions {
  /** Devices with the same name share a store, one after the other: a reload. */
  readonly store?: string
  readonly listeners?: CallbackListeners
  readonly onLog?: LogListener
}

export interface Device {
  readonly sdk: Facade
  readonly link: Link
  /** Bytes that the device's store holds of this unfinished download. */
  held(messageId: string): Promise<number>
  /** Ends the process or tab without a goodbye to the store: nothing is logged out, nothing forgotten. */
  close(): Promise<void>
}

/** The network between one device and the server. */
export interface Link {
  /** Bytes sent by the device so far. */
  readonly sent: number
  /** Bytes that came to the device so far. */
  readonly received: number
  /** Bytes per second of a direction; undefined: as fast as it goes. */
  shape(direction: 'up' | 'down', bytesPerSecond: number | undefined): void
  /**
   * The next stanza of the direction with `text` in it waits on the way, and all stanzas behind it; HTTP goes on.
   * Resolves once it is there.
   */
  hold(direction: 'up' | 'down', text: string): Promise<void>
  /**
   * Stanzas of the direction with one of the texts in them get lost until `release`, `cut` or the end of the device; HTTP goes on.
   * Resolves when the first was.
   */
  lose(direction: 'up' | 'down', ...texts: string[]): Promise<void>
  /** What waits goes on its way, and nothing is lost any more. */
  release(direction: 'up' | 'down'): void
  /**
   * The HTTP connections end, with what a slow link still had on its way: whoever sent it has stopped, and it must not be
   * counted for what comes next.
   */
  endHttp(): void
  /** Every connection breaks, and none can be made. What was held is lost. */
  cut(): void
  restore(): void
}

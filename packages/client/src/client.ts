import type { MediaKind } from '@sluice/protocol'
import { type ClientContacts, contactsOf } from './client-contacts.ts'
import { ClientCore } from './client-core.ts'
import type { ClientEvents } from './client-events.ts'
import { type ClientMessages, messagesOf } from './client-messages.ts'
import type { ClientOptions } from './client-options.ts'
import { type ClientRooms, roomsOf } from './client-rooms.ts'
import type { Message } from './messages/message.ts'
import { fileParameter, kindParameter, recipientParameter, textParameter } from './parameters.ts'
import type { Platform } from './platform.ts'
import { randomId } from './random-id.ts'
import type { Credentials } from './session/connection.ts'
import type { SessionState } from './session/session.ts'
import type { Downloaded } from './transfers/download.ts'
import type { FileHandle, FileInput } from './transfers/file-source.ts'
import type { Transfer } from './transfers/transfer.ts'
import { TransferError } from './transfers/transfer-error.ts'
import { downloadTexts } from './transfers/transfer-texts.ts'

export interface SendMediaOptions {
  /** JID of the person or room. */
  readonly to: string
  /** In Node also a path. Read while it is sent, never whole. */
  readonly file: FileInput
  /** Of the same file, so that a later run of the page finds it again (Chromium); `file` may be a handle itself. */
  readonly handle?: FileHandle | undefined
  /** How to show it; `file` by default. */
  readonly kind?: MediaKind | undefined
  readonly caption?: string | undefined
  readonly fileName?: string | undefined
  /**
   * Of a JPEG, PNG, WebP, HEIC or AVIF sent as `image`: take out where it was taken, with all other metadata but
   * camera, date, orientation and colour profile. True by default; other kinds are never changed.
   */
  readonly stripLocation?: boolean | undefined
  /** Id of the message that this answers. */
  readonly replyTo?: string | undefined
  /** The app's own data, with the caption at most 4 KiB as JSON. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  /** The message id; a random one by default. The same id again is the same transfer. */
  readonly id?: string | undefined
  /** By default what the server says of `to`. */
  readonly chat?: 'chat' | 'groupchat' | undefined
  /** Aborting pauses the transfer and rejects `done` with an AbortError. */
  readonly signal?: AbortSignal | undefined
}

/** Everything throws or rejects with TransferError; 401 while not logged in. */
export interface Media {
  /** Uploads a file and sends its message. Throws TransferError 400 for a bad parameter. */
  send(options: SendMediaOptions): Transfer<Message>
  /** Downloads the file of a message that this store has seen or an archive holds, or of a media id. */
  download(id: string, options?: { signal?: AbortSignal | undefined }): Transfer<Downloaded>
  /** The transfer of this id, upload before download, also of an earlier run. */
  get(id: string): Transfer<Message> | Transfer<Downloaded> | undefined
  list(): (Transfer<Message> | Transfer<Downloaded>)[]
  /** Takes the media of a sent message back: its link stops working for everybody. */
  delete(id: string): Promise<void>
}

export interface Client {
  /** Bare JID of the account that is logged in, whether its line is up or not. */
  readonly jid: string | undefined
  readonly state: SessionState
  readonly media: Media
  readonly messages: ClientMessages
  readonly contacts: ClientContacts
  readonly rooms: ClientRooms
  /** Makes an account, where the server allows it. */
  register(credentials: Credentials): Promise<void>
  /**
   * Logs in, and keeps the connection up from then on, until another client takes its place. `username` may be a
   * bare JID, or a full one, whose resource is then used. Without a password it logs in by the `tokenProvider`, and
   * without a username as whom its token names (`sub`).
   */
  connect(credentials?: Partial<Credentials>): Promise<void>
  /** Logs off; unfinished transfers are kept for a later run. */
  close(): Promise<void>
  /** Logs off and forgets the account's store, also after a `close`; files that were downloaded stay. */
  logout(): Promise<void>
  /** Returns what removes the listener. */
  on<E extends keyof ClientEvents>(event: E, listener: (value: ClientEvents[E]) => unknown): () => void
}

/** A client of its own: nothing is shared with another one. */
export function openClient(platform: Platform, options: ClientOptions): Client {
  const core = new ClientCore(platform, options)
  return {
    get jid() {
      return core.jid
    },
    get state() {
      return core.state
    },
    media: mediaOf(core),
    messages: messagesOf(core),
    contacts: contactsOf(core),
    rooms: roomsOf(core),
    register: (credentials) => core.register(credentials),
    connect: (credentials) => core.connect(credentials),
    close: () => core.close(),
    logout: () => core.logout(),
    on(event, listener) {
      if (event === 'contacts') core.watchContacts()
      return core.events[event].add(listener as (value: unknown) => unknown)
    },
  }
}

/** The typed face on transfers. */
export function mediaOf(core: ClientCore): Media {
  return {
    send({
      signal,
      to,
      file,
      handle,
      kind = 'file',
      caption,
      fileName,
      stripLocation,
      replyTo,
      metadata,
      chat,
      id,
    }) {
      const { uploads, rooms } = core.account
      const held = id === undefined ? undefined : uploads.get(textParameter(id, 'id'))
      const upload = uploads.create({
        id: id ?? randomId(),
        to: recipientParameter(to, 'to', rooms),
        file: fileParameter(file),
        handle,
        kind: kindParameter(kind),
        fileName,
        keepsLocation: stripLocation === false,
        intent: { chat, caption, replyTo: replyTo || undefined, metadata },
      })
      // What a resume rejects with, `done` rejects with as well.
      if (upload === held) void upload.resume({ file }).catch(() => {})
      else upload.start()
      abortedBy(signal, upload)
      return upload
    },
    download(id, { signal } = {}) {
      const download = core.account.downloads.obtain(textParameter(id, 'id'))
      void download.resume().catch(() => {})
      abortedBy(signal, download)
      return download
    },
    get: (id) => core.account.uploads.get(id) ?? core.account.downloads.get(id),
    list: () => [...core.account.uploads.list(), ...core.account.downloads.list()],
    async delete(id) {
      const { history, control } = core.account
      const media = (await history.find(id))?.msgBody.media
      if (media?.mediaId === undefined) {
        const message = downloadTexts(id).notFound
        throw new TransferError({ code: 'not_found', statusCode: 404, message, retryable: false })
      }
      await control.takeBack(media, AbortSignal.timeout(60_000))
    },
  }
}

function abortedBy(
  signal: AbortSignal | undefined,
  transfer: Transfer<unknown> & { giveUp(reason: Error): Promise<void> },
): void {
  const abort = () => void transfer.giveUp(new DOMException('The transfer was aborted', 'AbortError'))
  if (signal?.aborted) abort()
  else signal?.addEventListener('abort', abort, { once: true })
}

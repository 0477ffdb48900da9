import type { TransferPercent } from '../client-events.ts'
import type { ClientOptions } from '../client-options.ts'
import type { Presence, ReceiptEvent, Typing } from '../messages/inbox.ts'
import type { Message } from '../messages/message.ts'
import type { StorageTrouble } from '../persistence/store.ts'
import type { JoinedRoom } from '../rooms/rooms.ts'
import type { Downloaded } from '../transfers/download.ts'
import type { FileHandle, FileInput } from '../transfers/file-source.ts'
import type { Cb, Chain } from './chain.ts'
import type { Res } from './res.ts'

export interface CallbackListeners {
  readonly connectionListener?: Cb<{ status: 'connected' | 'connecting' | 'disconnected' }> | undefined
  readonly messageListener?: Cb<Message> | undefined
  readonly mediaUploadListener?: Cb<TransferPercent> | undefined
  readonly mediaDownloadListener?: Cb<TransferPercent> | undefined
  readonly presenceListener?: Cb<Presence> | undefined
  readonly typingListener?: Cb<Typing> | undefined
  readonly receiptListener?: Cb<ReceiptEvent> | undefined
  /** Something is remembered only until the page is closed. */
  readonly storageListener?: Cb<StorageTrouble> | undefined
}

export interface InitializeOptions extends ClientOptions {
  readonly callbackListeners?: CallbackListeners | undefined
}

export interface MediaParams {
  readonly toJid: string
  readonly messageType: 'image' | 'audio' | 'video' | 'document' | 'file'
  readonly fileMessageParams: {
    /** In Node also a path. */
    readonly file: FileInput
    /** Of the same file, so that a later run of the page finds it again (Chromium); `file` may be a handle itself. */
    readonly handle?: FileHandle | undefined
    readonly caption?: string | undefined
    readonly fileName?: string | undefined
    /**
     * Of an image: take out where it was taken, with all other metadata but camera, date, orientation and colour
     * profile. True by default; other messageTypes are never changed.
     */
    readonly stripLocation?: boolean | undefined
    /** The message id; a random one by default. */
    readonly msgId?: string | undefined
  }
  /** Empty: no reply. */
  readonly replyMessageId?: string | undefined
  /** The app's own data, with the caption at most 4 KiB as JSON. */
  readonly metaData?: Readonly<Record<string, unknown>> | undefined
}

export interface TextParams {
  readonly toJid: string
  readonly message: string
  readonly replyMessageId?: string | undefined
  /** The app's own data. */
  readonly metaData?: object | undefined
}

/** The manual's calls. Every promise resolves; errors are in `statusCode` and `message`. */
export interface Facade {
  /** Settings for all that follows. Ends the session of earlier settings. */
  initializeSDK(options: InitializeOptions): Promise<Res>
  /** Makes an account, where the server allows it: 409 when the name is taken, 403 when it does not. */
  register(username: string, password: string): Promise<Res>
  /**
   * `username`, bare JID, or a full JID, whose resource is then used. Without a password it logs in by the `tokenProvider`,
   * and without a username as whom its token names. 401: wrong name, password or token; 503: nobody answers, or the
   * provider failed; 409: the store is in use.
   */
  connect(username?: string, password?: string): Promise<Res>
  /** Ends the session, keeps everything. */
  disconnect(): Promise<Res>
  /** Ends the session and forgets what is stored of this account, also after a `disconnect`. */
  logout(): Promise<Res>
  /**
   * Enters a room (XEP-0045), so that its messages come: 403 when it is not for this account, 409 when every nickname is
   * taken. `nickname` is the account's name by default. What is sent to a room enters it too.
   */
  joinRoom(roomJid: string, nickname?: string): Promise<Res<JoinedRoom>>
  leaveRoom(roomJid: string): Promise<Res>
  sendTextMessage(params: TextParams): Chain<Message>
  /** Uploads the file and sends its message: pending, progress, then success or error. */
  sendMediaFileMessage(
    params: MediaParams,
    onPending?: Cb<string>,
    onSuccess?: Cb<Res<Message>>,
    onError?: Cb<Res>,
  ): Chain<Message>
  /** Stops an upload and keeps its bytes: `{200, "Media upload for message-id X is cancelled"}`. */
  cancelMediaUpload(msgId: string): Promise<Res>
  /** Goes on with an upload, also of an earlier run or of another device. */
  resumeMediaUpload(
    msgId: string,
    onResuming?: Cb<string>,
    onSuccess?: Cb<Res<Message>>,
    onError?: Cb<Res>,
    options?: { file?: FileInput | undefined },
  ): Chain<Message>
  /** Downloads a message's file, or goes on with it. `onStart` is called in both cases, with the id. */
  downloadMedia(
    msgId: string,
    onStart?: Cb<string>,
    onSuccess?: Cb<Res<Downloaded>>,
    onError?: Cb<Res>,
  ): Chain<Downloaded>
  /** Stops a download and keeps its bytes: `{200, "Media download for message-id X is cancelled."}`. */
  cancelMediaDownload(msgId: string): Promise<Res>
}

import { ClientCore } from '../client-core.ts'
import { roomsOf } from '../client-rooms.ts'
import type { Platform } from '../platform.ts'
import type { SessionState } from '../session/session.ts'
import { TransferError } from '../transfers/transfer-error.ts'
import { cancelDownload, startDownload } from './download-calls.ts'
import type { CallbackListeners, Facade } from './facade.ts'
import { errorRes, type Res } from './res.ts'
import type { SdkContext } from './sdk-context.ts'
import { startText } from './text-calls.ts'
import { cancelUpload, resumeUpload, startUpload } from './upload-calls.ts'

const STATUS = {
  online: 'connected',
  connecting: 'connecting',
  offline: 'disconnected',
} as const satisfies Record<SessionState, string>

/** The manual's face of a client; independent of every other. */
export function openSdk(platform: Platform): Facade {
  let core: ClientCore | undefined
  const context: SdkContext = {
    initialized: () => core,
    core() {
      if (core) return core
      const message = 'The SDK is not initialized'
      throw new TransferError({ code: 'bad_parameter', statusCode: 400, message, retryable: false })
    },
    uploadRuns: new Map(),
    downloadRuns: new Map(),
  }
  const call = async <T>(done: string, work: () => Promise<T>): Promise<Res<T>> => {
    try {
      const data = await work()
      return { statusCode: 200, message: done, ...(data !== undefined && { data }) }
    } catch (error) {
      return errorRes(error)
    }
  }
  return {
    initializeSDK: (given) =>
      call('The SDK is initialized', async () => {
        // As JavaScript may call it: without anything, which no server can be told from.
        const { callbackListeners, ...options } = given ?? {}
        const next = new ClientCore(platform, options)
        next.checkOptions()
        await core?.close()
        core = next
        listen(next, callbackListeners ?? {})
      }),
    register: (username, password) =>
      call('The account is registered', () => context.core().register({ username, password })),
    connect: (username, password) =>
      call('Connected', () =>
        context.core().connect({ ...(username && { username }), ...(password && { password }) }),
      ),
    disconnect: () => call('Disconnected', () => context.core().close()),
    logout: () => call('Logged out', () => context.core().logout()),
    joinRoom: (room, nick) => call('Joined', async () => roomsOf(context.core()).join({ room, nick })),
    leaveRoom: (room) => call('Left', async () => roomsOf(context.core()).leave(room)),
    sendTextMessage: (params) => startText(context, params),
    sendMediaFileMessage: (params, onPending, onSuccess, onError) =>
      startUpload(context, params, { onPending, onSuccess, onError }),
    cancelMediaUpload: (msgId) => cancelUpload(context, msgId),
    resumeMediaUpload: (msgId, onResuming, onSuccess, onError, options) =>
      resumeUpload(context, msgId, { onResuming, onSuccess, onError, file: options?.file }),
    downloadMedia: (msgId, onStart, onSuccess, onError) =>
      startDownload(context, msgId, { onStart, onSuccess, onError }),
    cancelMediaDownload: (msgId) => cancelDownload(context, msgId),
  }
}

function listen({ events }: ClientCore, listeners: CallbackListeners): void {
  const { connectionListener, messageListener, presenceListener, typingListener, receiptListener } = listeners
  const { mediaUploadListener, mediaDownloadListener, storageListener } = listeners
  if (connectionListener) events.state.add((state) => connectionListener({ status: STATUS[state] }))
  if (messageListener) events.message.add(messageListener)
  if (presenceListener) events.presence.add(presenceListener)
  if (receiptListener) events.receipt.add(receiptListener)
  if (typingListener) events.typing.add(typingListener)
  if (mediaUploadListener) events.upload.add(mediaUploadListener)
  if (mediaDownloadListener) events.download.add(mediaDownloadListener)
  if (storageListener) events.storage.add(storageListener)
}

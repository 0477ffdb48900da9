import type { Facade, FileInput } from '@sluice/client'
import type { Said } from './said.ts'

// The five calls of the manual. The page shows these bodies as they stand here.

interface Sending {
  readonly toJid: string
  readonly file: FileInput
  readonly fileName: string
}

export function send(SDK: Facade, { toJid, file, fileName }: Sending, said: Said) {
  return SDK.sendMediaFileMessage({
    toJid,
    messageType: 'file',
    fileMessageParams: { file, fileName },
  })
    .onPending(said.onPending)
    .onProgress(said.onProgress)
    .onSuccess(said.onSuccess)
    .onError(said.onError)
}

export async function cancelUpload(SDK: Facade, msgId: string, said: Said) {
  const response = await SDK.cancelMediaUpload(msgId)
  said.response(response)
}

export function resumeUpload(SDK: Facade, msgId: string, said: Said) {
  return SDK.resumeMediaUpload(msgId)
    .onResuming(said.onResuming)
    .onProgress(said.onProgress)
    .onSuccess(said.onSuccess)
    .onError(said.onError)
}

export function download(SDK: Facade, msgId: string, said: Said) {
  return SDK.downloadMedia(msgId)
    .onPending(said.onPending)
    .onResuming(said.onResuming)
    .onProgress(said.onProgress)
    .onSuccess(said.onSuccess)
    .onError(said.onError)
}

export async function cancelDownload(SDK: Facade, msgId: string, said: Said) {
  const response = await SDK.cancelMediaDownload(msgId)
  said.response(response)
}

import type { Account } from '../account.ts'
import type { Message } from '../messages/message.ts'
import { fileParameter, kindParameter, recipientParameter, textParameter } from '../parameters.ts'
import { randomId } from '../random-id.ts'
import type { FileInput } from '../transfers/file-source.ts'
import { uploadTexts } from '../transfers/transfer-texts.ts'
import type { Upload } from '../transfers/upload.ts'
import { uploadFailure } from '../transfers/upload-failure.ts'
import { uploadNotFound } from '../transfers/upload-refusals.ts'
import type { Cb, Chain, Run } from './chain.ts'
import type { MediaParams } from './facade.ts'
import { follow } from './follow.ts'
import { newRun } from './new-run.ts'
import { errorRes, type Res } from './res.ts'
import { noteRun, type SdkContext } from './sdk-context.ts'

const LOOKING_MS = 30_000

interface UploadCallbacks {
  onPending?: Cb<string> | undefined
  onResuming?: Cb<string> | undefined
  onSuccess?: Cb<Res<Message>> | undefined
  onError?: Cb<Res> | undefined
}

/** sendMediaFileMessage. */
export function startUpload(
  context: SdkContext,
  params: MediaParams,
  callbacks: UploadCallbacks,
): Chain<Message> {
  const begin = prepared(context, params)
  const run = newRun<Message>(context, (run) => begin(run))
  attach(run, callbacks)
  const id = params?.fileMessageParams?.msgId
  // By its own id it can be cancelled before it begins.
  if (id) noteRun(context.uploadRuns, id, run)
  return run.chain
}

/** Makes the upload at once, so that its id is known; what is wrong is told in the later task. */
function prepared(context: SdkContext, params: MediaParams): (run: Run<Message>) => void | Promise<void> {
  try {
    const { account } = context.core()
    const given = params?.fileMessageParams
    const to = recipientParameter(params?.toJid, 'toJid', account.rooms)
    const file = fileParameter(given?.file)
    const kind = kindParameter(params?.messageType)
    const { caption, fileName, msgId, handle, stripLocation } = given
    const id = msgId ? textParameter(msgId, 'msgId') : randomId()
    const held = account.uploads.get(id)
    const replyTo = params.replyMessageId || undefined
    const intent = { caption: caption || undefined, replyTo, metadata: params.metaData }
    const upload = account.uploads.create({
      id,
      to,
      file,
      handle,
      kind,
      fileName,
      intent,
      keepsLocation: stripLocation === false,
    })
    return async (run) => {
      noteRun(context.uploadRuns, id, run)
      run.begin('pending', id)
      if (held === upload) await upload.resume({ file })
      else upload.start()
      follow(run, upload, { account, ...uploadTexts(id) })
    }
  } catch (error) {
    return (run) => run.fail(errorRes(error))
  }
}

/** resumeMediaUpload. */
export function resumeUpload(
  context: SdkContext,
  msgId: string,
  { file, ...callbacks }: UploadCallbacks & { file?: FileInput | undefined },
): Chain<Message> {
  const run = newRun<Message>(context, async (run) => {
    const { account } = context.core()
    const id = textParameter(msgId, 'msgId')
    const given = file === undefined ? undefined : fileParameter(file)
    const upload = await findUpload(account, id)
    run.begin('resuming', id)
    await upload.resume({ file: given })
    follow(run, upload, { account, ...uploadTexts(id) })
  })
  attach(run, callbacks)
  noteRun(context.uploadRuns, msgId, run)
  return run.chain
}

/** cancelMediaUpload. */
export async function cancelUpload(context: SdkContext, msgId: string): Promise<Res> {
  try {
    const { account } = context.core()
    const id = textParameter(msgId, 'msgId')
    // Pending fires first, even if the cancel was faster.
    await context.uploadRuns.get(id)?.started
    const upload = await findUpload(account, id)
    await upload.pause()
    return { statusCode: 200, message: uploadTexts(id).cancelled }
  } catch (error) {
    return errorRes(error)
  }
}

async function findUpload({ uploads }: Account, id: string): Promise<Upload> {
  const upload = await uploads.find(id, AbortSignal.timeout(LOOKING_MS)).catch((error) => {
    throw uploadFailure(id, error)
  })
  if (!upload) throw uploadNotFound(id)
  return upload
}

function attach({ chain }: Run<Message>, callbacks: UploadCallbacks): void {
  const { onPending, onResuming, onSuccess, onError } = callbacks
  if (onPending) void chain.onPending(onPending)
  if (onResuming) void chain.onResuming(onResuming)
  if (onSuccess) void chain.onSuccess(onSuccess)
  if (onError) void chain.onError(onError)
}

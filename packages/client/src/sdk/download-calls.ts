import { textParameter } from '../parameters.ts'
import type { Downloaded } from '../transfers/download.ts'
import { downloadFailure, downloadRefusal } from '../transfers/download-failure.ts'
import { downloadTexts } from '../transfers/transfer-texts.ts'
import type { Cb, Chain } from './chain.ts'
import { follow } from './follow.ts'
import { newRun } from './new-run.ts'
import { errorRes, type Res } from './res.ts'
import { noteRun, type SdkContext } from './sdk-context.ts'

const LOOKING_MS = 30_000

interface DownloadCallbacks {
  onStart?: Cb<string> | undefined
  onSuccess?: Cb<Res<Downloaded>> | undefined
  onError?: Cb<Res> | undefined
}

/** downloadMedia. */
export function startDownload(
  context: SdkContext,
  msgId: string,
  { onStart, onSuccess, onError }: DownloadCallbacks,
): Chain<Downloaded> {
  const run = newRun<Downloaded>(context, async (run) => {
    const { account } = context.core()
    const id = textParameter(msgId, 'msgId')
    const download = await account.downloads.find(id, AbortSignal.timeout(LOOKING_MS)).catch((error) => {
      throw downloadFailure(id, error)
    })
    if (download.state !== 'done') {
      const partHeld = download.progress.committed > 0 || download.state !== 'paused'
      run.begin(partHeld && download.state !== 'failed' ? 'resuming' : 'pending', id)
      await download.resume()
    }
    follow(run, download, { account, ...downloadTexts(id) })
  })
  const { chain } = run
  if (onStart) void chain.onPending(onStart).onResuming(onStart)
  if (onSuccess) void chain.onSuccess(onSuccess)
  if (onError) void chain.onError(onError)
  noteRun(context.downloadRuns, msgId, run)
  return chain
}

/** cancelMediaDownload. */
export async function cancelDownload(context: SdkContext, msgId: string): Promise<Res> {
  try {
    const { account } = context.core()
    const id = textParameter(msgId, 'msgId')
    await context.downloadRuns.get(id)?.started
    const download = await account.downloads.recall(id)
    if (!download) throw downloadRefusal(id, 'not_found')
    await download.pause()
    return { statusCode: 200, message: downloadTexts(id).cancelled }
  } catch (error) {
    return errorRes(error)
  }
}

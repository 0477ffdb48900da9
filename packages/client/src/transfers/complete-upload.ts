import { Refusal, type UploadState, type UploadStatus } from '@sluice/protocol'
import { sleep } from '../clock.ts'
import { FileMissing } from './file-source.ts'
import { persistently } from './persistently.ts'
import { isUnauthorised, renewSlot } from './renew-slot.ts'
import { offerOf } from './upload-record.ts'
import { StoppedElsewhere, type UploadRun } from './upload-run.ts'

const POLL_MS = { first: 100, longest: 5_000 }

/** Hands the hash over, if it was promised for later, and waits until the gateway has checked the bytes. */
export async function completeUpload(run: UploadRun, state: UploadState | undefined): Promise<void> {
  const { record, cell } = run
  cell.enter('processing')
  if (state === 'complete') return
  const reached = record.hashIsOver ? undefined : await handOverHash(run)
  if (reached !== 'complete') await awaitCompletion(run)
}

async function handOverHash(run: UploadRun): Promise<UploadState> {
  const { record, source, hash, signal, needs } = run
  const { file, slot } = record
  if (!file) throw new FileMissing('There is no file')
  if (!slot) throw new Error('There is no slot')
  if (record.sha256 === undefined) {
    if (!source) throw new FileMissing('There is no file to hash')
    record.sha256 = await hash.finish(source, signal)
    await run.save()
  }
  // What the first offer said of it stands; to say it again would only hold up the line.
  const intent = { ...record.intent, appearance: undefined }
  const offer = { ...offerOf({ ...record, intent }, file), hash: record.sha256 }
  const state = await persistently({ ...run.retry, online: slot.token === undefined }, () =>
    needs.control.handOverHash(slot, offer, signal),
  )
  record.hashIsOver = true
  await run.save()
  return state
}

/** By the gateway's word, or by asking when that got lost. Verifying a large file may take minutes. */
async function awaitCompletion(run: UploadRun): Promise<void> {
  let pollMs = POLL_MS.first
  for (;;) {
    const status = await persistently({ ...run.retry, online: false }, () => currentStatus(run))
    if (isComplete(status)) return
    await nextNews(run, pollMs)
    pollMs = Math.min(pollMs * 2, POLL_MS.longest)
  }
}

async function currentStatus(run: UploadRun): Promise<UploadStatus> {
  const ask = async () => {
    if (!run.record.slot) throw new Error('There is no slot')
    return run.needs.control.status(run.record.slot, run.signal)
  }
  try {
    return await ask()
  } catch (error) {
    if (!isUnauthorised(error)) throw error
    await renewSlot(run)
    return ask()
  }
}

/** Throws what the upload ended with. */
function isComplete({ state, endedReason, delivery }: UploadStatus): boolean {
  if (delivery === 'withheld') throw new StoppedElsewhere('Withheld from elsewhere')
  switch (state) {
    case 'complete':
      return true
    case 'cancelled':
      throw new StoppedElsewhere('Cancelled from elsewhere')
    case 'discarded':
      throw new Refusal(endedReason ?? 'upload-discarded')
    case 'expired':
      throw new Refusal('upload-expired')
    case 'deleted':
      throw new Refusal('media-gone')
    default:
      return false
  }
}

async function nextNews({ statuses, needs, signal }: UploadRun, pollMs: number): Promise<void> {
  const over = new AbortController()
  const news = new Promise<void>((resolve) => {
    const remove = statuses.add(() => resolve())
    over.signal.addEventListener('abort', remove, { once: true })
  })
  try {
    const patience = sleep(needs.clock, pollMs, AbortSignal.any([signal, over.signal]))
    patience.catch(() => {})
    await Promise.race([news, patience])
  } finally {
    over.abort()
  }
}

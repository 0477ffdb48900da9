import type { Slot } from '@sluice/protocol'
import { noteAppearance } from '../media/note-appearance.ts'
import type { Message } from '../messages/message.ts'
import { completeUpload } from './complete-upload.ts'
import { FileMissing, type FileSource } from './file-source.ts'
import { obtainSlot } from './obtain-slot.ts'
import { persistently } from './persistently.ts'
import { type GivenUpload, prepareFile } from './prepare-file.ts'
import { sendBytes } from './send-bytes.ts'
import { sendMediaMessage } from './send-media-message.ts'
import { takeSlot } from './take-slot.ts'
import { TransferError } from './transfer-error.ts'
import type { UploadRun } from './upload-run.ts'

const ASKING_MS = 10_000

export interface RunSteps {
  /** Given each offer that is on its way. */
  onAsking(offer: Promise<Slot>): void
  /** All bytes are there; from now on only the message can be stopped. */
  onFinishing(): void
  /** Given each claim that is on its way; true: the message goes out. */
  onClaiming(claim: Promise<boolean>): void
}

/** Takes an upload from wherever it stands to its end. Rejects with what stopped it. */
export async function runUpload(run: UploadRun, given: GivenUpload, steps: RunSteps): Promise<Message> {
  const { needs, record, cell, signal, retry } = run
  record.state = 'unfinished'
  record.failure = undefined
  await run.save()
  const source = await openFile(run, given)
  signal.throwIfAborted()
  const { file } = record
  if (!file) throw new FileMissing('There is no file')
  cell.advance({ total: file.size })
  await run.save()
  await noteAppearance(run, source)
  await decideChatType(run)
  const slot = await obtainSlot(needs, record, { ...retry, file, onAsking: steps.onAsking })
  takeSlot(run, slot)
  await run.save()
  if (slot.state !== 'complete' && slot.state !== 'verifying' && file.size > 0) {
    if (!source) throw new FileMissing('There is no file')
    await needs.places.hold(signal, () => sendBytes(run, source))
  }
  steps.onFinishing()
  await completeUpload({ ...run, source }, slot.state)
  const message = await sendMediaMessage(run, steps)
  record.state = 'done'
  record.message = message
  await run.save()
  return message
}

/** Before the offer, which says it to whoever sends the message in the end. */
async function decideChatType({ needs, record, signal, retry }: UploadRun): Promise<void> {
  if (record.intent.chat !== undefined) return
  const chat = await persistently({ ...retry, online: true }, () =>
    needs.outbox.chatTypeOf(record.to, signal),
  )
  record.intent = { ...record.intent, chat }
}

/** A missing file is no obstacle once the gateway has all of it. */
async function openFile(run: UploadRun, given: GivenUpload): Promise<FileSource | undefined> {
  const { needs, record, retry } = run
  try {
    // What hashes or cleans it may have to be loaded first.
    return await persistently({ ...retry, online: false }, () => prepareFile(needs, record, given))
  } catch (error) {
    if (!(error instanceof FileMissing)) throw error
    if (await allIsThere(run)) return undefined
    if (record.file) throw error
    const message = 'file is not valid or required'
    const failure = { code: 'bad_parameter', statusCode: 400, message, retryable: true } as const
    throw new TransferError(failure, { cause: error })
  }
}

/** Another device may have sent the rest; if not, it shows how much is there. When nobody answers, the file is asked for. */
async function allIsThere({ needs, record, cell, signal }: UploadRun): Promise<boolean> {
  const { file, committed, slot } = record
  if (file && file.size > 0 && committed === file.size) return true
  if (slot?.token === undefined) return false
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(ASKING_MS)])
    const { state, ...now } = await needs.control.status(slot, patience)
    record.committed = now.committed
    cell.advance({ sent: now.committed, committed: now.committed })
    return state === 'complete' || state === 'verifying'
  } catch {
    return false
  }
}

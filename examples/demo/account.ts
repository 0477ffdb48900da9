import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createSDK, folderStore } from '@sluice/client'
import type { AccountNews, AccountOrder } from './story.ts'

// One person at one device: a process of its own, which can end at any time.
const order = JSON.parse(String(process.argv[2])) as AccountOrder
const { task } = order
const SDK = createSDK()

const downloads = join(order.folder, 'downloads')
await mkdir(downloads, { recursive: true })
let stopSending: () => void = () => {}
process.once('message', () => stopSending()) // the only order that a running account gets
must(
  await SDK.initializeSDK({
    serverUrl: order.serverUrl,
    store: folderStore(join(order.folder, 'state')),
    downloadDir: downloads,
    callbackListeners: {
      messageListener: (message) => {
        if (task.kind === 'receive' && message.msgBody.media) return download(message.msgId, task.stopAt)
      },
    },
  }),
)
if (order.register) must(await SDK.register(order.name, order.password))
must(await SDK.connect(order.name, order.password))
tell({ kind: 'ready' })

if (task.kind === 'send') upload(task.file, task.to)
if (task.kind === 'resume-sending') resumeUpload(task.msgId)
if (task.kind === 'resume-receiving') download(task.msgId)

function upload(file: string, toJid: string): void {
  let msgId = ''
  stopSending = once(async () => end(must(await SDK.cancelMediaUpload(msgId)).message))
  SDK.sendMediaFileMessage({ toJid, messageType: 'file', fileMessageParams: { file } })
    .onPending((id) => {
      msgId = id
      tell({ kind: 'began', msgId })
    })
    .onProgress(({ sent, total }) => tell({ kind: 'progress', bytes: sent, total }))
    .onSuccess(() => fail('it was sent before it could be cancelled'))
    .onError(({ message }) => fail(message))
}

function resumeUpload(msgId: string): void {
  SDK.resumeMediaUpload(msgId)
    .onProgress(({ sent, total }) => tell({ kind: 'progress', bytes: sent, total }))
    .onSuccess(() => finish())
    .onError(({ retryable, message }) => (retryable ? resumeUpload(msgId) : fail(message)))
}

function download(msgId: string, stopAt?: number): void {
  const stop = once(async () => end(must(await SDK.cancelMediaDownload(msgId)).message))
  SDK.downloadMedia(msgId)
    .onPending(() => tell({ kind: 'began', msgId }))
    .onProgress(({ committed, total }) => {
      tell({ kind: 'progress', bytes: committed, total })
      if (stopAt !== undefined && committed >= stopAt * total) stop()
    })
    .onSuccess(({ data }) => finish(data?.path))
    .onError(({ message }) => fail(message))
}

/** Cancelled: say so and go, leaving the rest to a later process. */
async function end(response: string): Promise<void> {
  tell({ kind: 'stopped', response })
  await leave()
}

async function finish(path?: string): Promise<void> {
  tell({ kind: 'finished', ...(path === undefined ? {} : { path }) })
  await leave()
}

async function fail(message: string): Promise<void> {
  tell({ kind: 'failed', message })
  await leave()
}

async function leave(): Promise<void> {
  await SDK.disconnect()
  process.disconnect() // the orders that it waits for would keep it alive
}

function must<T extends { statusCode: number; message: string }>(response: T): T {
  if (response.statusCode >= 300) throw new Error(`${response.statusCode} ${response.message}`)
  return response
}

function once(run: () => Promise<void>): () => void {
  let called = false
  return () => {
    if (called) return
    called = true
    run().catch((error: Error) => fail(error.message))
  }
}

function tell(news: AccountNews): void {
  process.send?.(news)
}

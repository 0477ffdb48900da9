import { createHash } from 'node:crypto'
import { systemClock } from '../src/clock.ts'
import { type Log, logTo } from '../src/log.ts'
import { headerMediaCare } from '../src/media/header-media-care.ts'
import type { LoadMediaCare } from '../src/media/media-care.ts'
import { memoryStore } from '../src/persistence/memory-store.ts'
import type { AccountStore } from '../src/persistence/store.ts'
import { MediaService } from '../src/session/media-service.ts'
import { MediaControl } from '../src/transfers/media-control.ts'
import { openNodeFile } from '../src/transfers/open-node-file.ts'
import { Places } from '../src/transfers/places.ts'
import type { IncrementalHash } from '../src/transfers/running-hash.ts'
import type { Sharing } from '../src/transfers/sharing.ts'
import type { Transfer, TransferState } from '../src/transfers/transfer.ts'
import type { TransferError } from '../src/transfers/transfer-error.ts'
import type { Upload } from '../src/transfers/upload.ts'
import { Uploads } from '../src/transfers/uploads.ts'
import { messagingBench } from './messaging-bench.ts'
import { ScriptedGateway } from './scripted-gateway.ts'

export const log: Log = logTo(undefined)

export async function sha256(): Promise<IncrementalHash> {
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') }
}

/** Timers that are over at once, so that no test waits out a backoff. */
export const hastyClock = {
  now: () => Date.now(),
  after: (_ms: number, run: () => void) => systemClock.after(0, run),
}

/** The uploads of an account against a scripted gateway; `again` is the next run of the same program. */
export async function uploadBench(
  from: {
    gateway?: ScriptedGateway
    store?: AccountStore
    sharing?: Sharing
    mediaCare?: LoadMediaCare
  } = {},
): Promise<{
  gateway: ScriptedGateway
  store: AccountStore
  uploads: Uploads
  again: () => ReturnType<typeof uploadBench>
}> {
  const gateway = from.gateway ?? new ScriptedGateway()
  const store = from.store ?? (await memoryStore().open(gateway.account))
  const { mediaCare = async () => headerMediaCare } = from
  const { history, outbox } = await messagingBench({ session: gateway, clock: hastyClock, store })
  const service = new MediaService({ session: gateway })
  const uploads = new Uploads({
    session: gateway,
    service,
    control: new MediaControl({ session: gateway, service, transport: gateway.transport }),
    transport: gateway.transport,
    store,
    sharing: from.sharing,
    history,
    outbox,
    places: new Places(6),
    openFile: openNodeFile,
    mediaCare,
    sha256,
    clock: hastyClock,
    random: () => 0,
    log,
  })
  await uploads.load()
  return { gateway, store, uploads, again: () => uploadBench({ gateway, store, mediaCare }) }
}

/** Resolves when the transfer is in this state. */
export function reaches(transfer: Transfer<unknown>, state: TransferState): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (transfer.state !== state) return
      remove()
      resolve()
    }
    const remove = transfer.on('state', check)
    check()
  })
}

/** Bytes that are not all the same, so that a wrong offset shows. */
export function sampleBytes(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let state = seed
  for (let index = 0; index < size; index++) {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    bytes[index] = state >> 16
  }
  return bytes
}

/** Sends the file to Bob, under `m1` unless told otherwise. */
export function sendFile(
  uploads: Uploads,
  { id = 'm1', file }: { id?: string; file: Blob | string },
): Upload {
  const intent = { chat: 'chat', caption: 'a caption' } as const
  const upload = uploads.create({ id, to: 'bob@example.org', file, kind: 'file', intent })
  upload.start()
  return upload
}

/** What the promise rejects with. */
export function failureOf(promise: Promise<unknown>): Promise<TransferError> {
  return promise.then(
    () => {
      throw new Error('It did not fail')
    },
    (error) => error,
  )
}

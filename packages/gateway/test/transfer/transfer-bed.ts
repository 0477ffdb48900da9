import { createHash, randomUUID } from 'node:crypto'
import type { Offer } from '@sluice/protocol'
import { migrate } from '../../src/database/migrate.ts'
import { openPglite } from '../../src/database/pglite-database.ts'
import type { Database } from '../../src/database/sql.ts'
import { SqlUploadLedger } from '../../src/database/sql-upload-ledger.ts'
import type { BlobStore } from '../../src/transfer/blob-store.ts'
import { createTransfer, type Transfer } from '../../src/transfer/create-transfer.ts'
import type { UploadLedger, UploadRecord } from '../../src/transfer/upload-ledger.ts'
import { type Faulty, faulty } from './faults.ts'
import { HandClock } from './hand-clock.ts'
import { MemoryBlobStore } from './memory-blob-store.ts'
import { NodeBus } from './node-bus.ts'
import { ScriptedBody } from './scripted-body.ts'

export const ALICE = { owner: 'alice@example.org' }
export const BOB = { owner: 'bob@example.org' }
export const LIMIT = 64 * 1024 * 1024
export const EXPIRY_MS = 7 * 86_400_000

/** A gateway node's transfer side, on the bed's database, store and time. */
export interface TestNode {
  readonly name: string
  readonly transfer: Transfer
  readonly ledger: Faulty<UploadLedger>
  readonly store: Faulty<BlobStore>
}

/** The real ledger in an embedded database, a store in memory, and time that a test moves. */
export class TransferBed {
  readonly clock = new HandClock()
  readonly objects = new MemoryBlobStore()
  readonly bus = new NodeBus()
  readonly logged: { level: string; message: string; fields: object }[] = []
  readonly #database: Database
  readonly #nodes: TestNode[] = []

  constructor(database: Database) {
    this.#database = database
  }

  static async open(): Promise<TransferBed> {
    const database = await openPglite()
    await migrate(database)
    return new TransferBed(database)
  }

  async addNode(
    options: {
      memoryBudgetBytes?: number
      maxUploadBytes?: number
      dailyQuotaBytes?: number
      store?: BlobStore
      ledger?: UploadLedger
    } = {},
  ): Promise<TestNode> {
    const name = `node-${this.#nodes.length}-${randomUUID().slice(0, 8)}`
    const real = new SqlUploadLedger({ sql: this.#database, putsSettleWithinMs: 90_000 })
    const ledger = faulty<UploadLedger>(options.ledger ?? real)
    const store = faulty<BlobStore>(options.store ?? this.objects)
    const log = (level: string) => (fields: object, message: string) =>
      void this.logged.push({ level, message, fields })
    const transfer = createTransfer({
      node: name,
      ledger: ledger.port,
      store: store.port,
      signals: this.bus.join(name),
      clock: this.clock,
      logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
      urls: {
        upload: (id) => `https://example.org/uploads/${id}`,
        media: (id, file) => `https://example.org/media/${id}/${file}`,
        slot: (id, file, token) => `https://example.org/slots/${id}/${file}?token=${token}`,
      },
      limits: {
        maxUploadBytes: options.maxUploadBytes ?? LIMIT,
        unfinishedExpiryMs: EXPIRY_MS,
        dailyQuotaBytes: options.dailyQuotaBytes,
      },
      memoryBudgetBytes: options.memoryBudgetBytes ?? 256 * 1024 * 1024,
    })
    const node = { name, transfer, ledger, store }
    this.#nodes.push(node)
    await this.revive(node)
    return node
  }

  /** Counts as alive for the rest of the test, however long that takes. */
  async revive({ name, ledger }: TestNode): Promise<void> {
    await ledger.port.beat(name)
    await this.sql("update node set beat_at = now() + interval '1 day' where id = $1", [name])
  }

  /** Lets time pass until `work` settles; the database and the store take none. */
  passUntil<T>(work: Promise<T>, stepMs = 100): Promise<T> {
    const isBusy = () => this.#nodes.some(({ ledger, store }) => ledger.isBusy() || store.isBusy())
    return this.clock.passUntil(work, stepMs, isBusy)
  }

  async close(): Promise<void> {
    for (const { transfer } of this.#nodes) transfer.close()
    await this.#database.close()
  }

  /** Looks at the database, or changes it behind everybody's back as time and crashes do. */
  sql<Row extends object>(text: string, values: unknown[]): Promise<{ rows: Row[] }> {
    return this.#database.query<Row>(text, values)
  }

  async upload(node: TestNode, id: string): Promise<UploadRecord> {
    const upload = await node.ledger.port.find(id)
    if (!upload) throw new Error(`no upload ${id}`)
    return upload
  }

  /** The committed bytes, as a reader gets them. */
  async bytesOf(node: TestNode, id: string): Promise<Buffer> {
    const { committed } = await this.upload(node, id)
    const chunks = committed > 0 ? await node.ledger.port.chunks(id, 0, committed) : []
    return Buffer.concat(
      chunks.map(({ key }) => this.objects.objects.get(key)?.bytes ?? Buffer.from('missing')),
    )
  }

  keysOf(id: string): string[] {
    return [...this.objects.objects.keys()].filter((key) => key.startsWith(`${id}/`))
  }
}

export function offerOf(bytes: Uint8Array, more: Partial<Offer> = {}): Offer {
  return {
    messageId: randomUUID(),
    to: BOB.owner,
    name: 'photo.jpg',
    size: bytes.length,
    mediaType: 'image/jpeg',
    kind: 'image',
    intent: { chat: 'chat' },
    ...more,
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Sends `bytes` from `offset` on as a whole body. */
export function patch(node: TestNode, uploadId: string, bytes: Uint8Array, offset = 0, more: object = {}) {
  const part = bytes.subarray(offset)
  const body = ScriptedBody.of(part)
  return node.transfer.receiveUpload.run({
    principal: ALICE,
    uploadId,
    offset,
    body,
    length: part.length,
    ...more,
  })
}

/** Resolves once `condition` holds, looking again whenever something may have happened; rejects after 15 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const latest = Date.now() + 15_000
  while (!(await condition())) {
    if (Date.now() > latest) throw new Error(`this never came: ${condition}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** The code of the refusal that `work` is rejected with; rethrows anything else. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  const outcome = await work.then(
    () => 'none',
    (error: unknown) => error,
  )
  if (typeof outcome === 'string') return outcome
  if (outcome instanceof Error && outcome.name === 'Refusal')
    return (outcome as Error & { code: string }).code
  throw outcome
}

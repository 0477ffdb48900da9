import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalNodeSignals } from '../../src/database/local-node-signals.ts'
import { migrate } from '../../src/database/migrate.ts'
import { openPglite } from '../../src/database/pglite-database.ts'
import { SqlUploadLedger } from '../../src/database/sql-upload-ledger.ts'
import { PublicAddresses } from '../../src/operations/public-addresses.ts'
import { SystemClock } from '../../src/operations/system-clock.ts'
import { FilesystemBlobStore } from '../../src/storage/filesystem-blob-store.ts'
import { createTransfer, type Transfer } from '../../src/transfer/create-transfer.ts'
import { type ListeningGateway, listen, RecordingLogger } from './scripted-gateway.ts'

export interface RealGateway extends ListeningGateway {
  readonly transfer: Transfer
  readonly ledger: SqlUploadLedger
  readonly logger: RecordingLogger
  /** An account token for uploads. */
  token(owner?: string): Promise<string>
}

export interface RealLimits {
  readonly maxUploadBytes?: number | undefined
  readonly dailyQuotaBytes?: number | undefined
  readonly uploadSecret?: string | undefined
}

/** The HTTP side over the real use cases, a database in memory and chunks in a temporary folder. */
export async function listenReal({
  maxUploadBytes = 2 ** 30,
  dailyQuotaBytes,
  uploadSecret,
}: RealLimits = {}): Promise<RealGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-http-'))
  const database = await openPglite()
  await migrate(database)
  const ledger = new SqlUploadLedger({ sql: database, putsSettleWithinMs: 300_000 })
  const store = new FilesystemBlobStore({ directory })
  await store.open()
  const clock = new SystemClock()
  const node = 'node-under-test'
  await ledger.beat(node)
  const stopBeating = clock.every(2_000, () => void ledger.beat(node))
  const logger = new RecordingLogger()
  const signals = new LocalNodeSignals({
    node,
    onError: (error) => logger.error({ err: error }, 'listener failed'),
  })
  // Known once it listens, and asked for no sooner.
  const addresses = { url: '' }
  const transfer = createTransfer({
    node,
    ledger,
    store,
    signals,
    clock,
    logger,
    limits: { maxUploadBytes, unfinishedExpiryMs: 7 * 86_400_000, dailyQuotaBytes },
    uploadSecret,
    memoryBudgetBytes: 64 * 1024 * 1024,
    urls: {
      upload: (id) => new PublicAddresses({ publicUrl: addresses.url }).upload(id),
      media: (id, name) => new PublicAddresses({ publicUrl: addresses.url }).media(id, name),
      slot: (id, name, token) => new PublicAddresses({ publicUrl: addresses.url }).slot(id, name, token),
    },
  })
  const gateway = await listen({
    transfer,
    limits: { maxUploadBytes },
    logger,
    websocketUrl: 'ws://gateway.example/xmpp-websocket',
    page: '',
    readiness: async () => ({}),
    draining: () => false,
  })
  addresses.url = gateway.url
  return {
    ...gateway,
    transfer,
    ledger,
    logger,
    token: (owner = 'alice@example.org') => transfer.tokens.issueAccount(owner),
    async close() {
      await transfer.writers.drain()
      await gateway.close()
      transfer.close()
      stopBeating()
      await database.close()
      await rm(directory, { recursive: true })
    },
  }
}

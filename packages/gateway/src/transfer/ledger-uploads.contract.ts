import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { Chunk, Commit, NewUpload, UploadLedger, UploadRecord } from './upload-ledger.ts'

export const KIB = 1024
export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000
export const MINUTE_MS = 60_000

/** What the suite needs of an adapter beside the port. */
export interface UploadLedgerFixture {
  readonly ledger: UploadLedger
  /** Later than this no PUT lands any more: what the adapter was told. */
  readonly putsSettleWithinMs: number
  /** Moves every time in the database back by so much: as if so long had passed. */
  passTime(ms: number): Promise<void>
  /** Dooms an object, to be removed after so long. */
  doom(key: string, afterMs: number): Promise<void>
  tearDown(): Promise<void>
}

/** Uploads of the suite's tests, brought to where a test begins. */
export class LedgerUploads {
  readonly ledger: UploadLedger

  constructor(ledger: UploadLedger) {
    this.ledger = ledger
  }

  /** An offer with its own owner, unless told otherwise. */
  fresh(given: Partial<NewUpload> = {}): NewUpload {
    return {
      id: randomUUID(),
      owner: `${randomUUID()}@localhost`,
      messageId: randomUUID(),
      size: 100 * KIB,
      hash: 'none',
      media: { id: randomBytes(16).toString('hex'), name: 'ein Bild – 写真.png', type: 'image/png' },
      delivery: { to: 'bob@localhost', kind: 'image', intent: { chat: 'chat' } },
      expiresAfterMs: DAY_MS,
      ...given,
    }
  }

  async offered(given: Partial<NewUpload> = {}): Promise<UploadRecord> {
    const { created, upload } = await this.ledger.offer(this.fresh(given))
    expect(created).to.equal(true)
    return upload
  }

  /** With a writer, and these many bytes committed. */
  async receiving(committed = 0, given: Partial<NewUpload> = {}, writer = 'node-a'): Promise<UploadRecord> {
    const { id, grantNo } = await this.offered(given)
    const epoch = await this.ledger.take({ id, epoch: 0, committed: 0, grantNo, writer })
    expect(epoch).to.equal(1)
    if (committed > 0) await this.commit(await this.see(id), [[0, committed]])
    return this.see(id)
  }

  async paused(committed: number, given: Partial<NewUpload> = {}): Promise<UploadRecord> {
    const { id } = await this.receiving(0, given)
    await this.commit(await this.see(id), [[0, committed]], { state: 'paused' })
    return this.see(id)
  }

  async complete(given: Partial<NewUpload> & { dirty?: boolean } = {}): Promise<UploadRecord> {
    const { dirty = false, ...rest } = given
    const upload = await this.receiving(0, rest)
    const state = upload.hash === 'none' ? 'complete' : 'verifying'
    await this.commit(upload, [[0, upload.size]], { state, dirty })
    if (state === 'verifying') await this.move(await this.see(upload.id), 'complete')
    return this.see(upload.id)
  }

  async ended(state: 'discarded' | 'expired', given: Partial<NewUpload> = {}): Promise<UploadRecord> {
    const upload = await this.offered({
      ...given,
      expiresAfterMs: state === 'expired' ? -1 : HOUR_MS,
    })
    return this.move(upload, state)
  }

  async move(seen: UploadRecord, to: UploadRecord['state'], newGrant = false): Promise<UploadRecord> {
    const { id, epoch, state } = seen
    const moved = await this.ledger.fence({ id, epoch, from: state, to, newGrant })
    if (!moved) throw new Error(`the upload is no longer ${state}`)
    return moved
  }

  async see(id: string): Promise<UploadRecord> {
    const upload = await this.ledger.find(id)
    if (!upload) throw new Error('the upload is gone')
    return upload
  }

  /** Commits these ranges and expects success. */
  async commit(
    seen: UploadRecord,
    ranges: readonly (readonly [number, number])[],
    given: Partial<Commit> = {},
  ): Promise<readonly Chunk[]> {
    const commit = commitOf(seen, ranges, given)
    expect(await this.ledger.commit(commit)).to.equal(true)
    return commit.chunks
  }
}

export function commitOf(
  seen: UploadRecord,
  ranges: readonly (readonly [number, number])[],
  given: Partial<Commit> = {},
): Commit {
  const { id, epoch, committed } = seen
  const chunks = ranges.map(([start, stop]) => chunkOf(id, start, stop))
  return { id, epoch, committed, chunks, state: 'receiving', dirty: false, expiresAfterMs: DAY_MS, ...given }
}

export function chunkOf(id: string, start: number, stop: number): Chunk {
  return {
    start,
    stop,
    key: `${id}/${start}-${randomBytes(8).toString('hex')}`,
    crc32: randomBytes(4).readUInt32BE(),
  }
}

/** For the refusals of the database itself, which are bugs of the caller and have no code of ours. */
export async function expectRejection(promise: Promise<unknown>): Promise<void> {
  const outcome = await promise.then(
    () => 'resolved',
    () => 'rejected',
  )
  expect(outcome).to.equal('rejected')
}

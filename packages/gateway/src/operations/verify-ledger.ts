import { crc32 } from 'node:zlib'
import { BlobMissing, type BlobStore } from '../transfer/blob-store.ts'
import type { Clock } from '../transfer/clock.ts'
import type { Chunk, UploadLedger } from '../transfer/upload-ledger.ts'
import { type StoredObject, unknownObjects } from './unknown-objects.ts'

const HOUR_MS = 3_600_000

export interface ChunkProblem {
  readonly uploadId: string
  readonly key: string
  readonly problem: 'missing' | 'wrong length' | 'wrong bytes'
}

interface VerifyReport {
  readonly chunks: number
  readonly bytes: number
  readonly problems: number
  readonly unknown: number
}

type VerifyNeeds = {
  readonly ledger: Pick<UploadLedger, 'allChunks' | 'known'>
  readonly store: Pick<BlobStore, 'length' | 'list' | 'read'>
  readonly clock: Pick<Clock, 'now'>
  readonly minAgeMs?: number
}

/** Holds the ledger against the store: each chunk row has its object, length and CRC-32; other objects are listed. */
export class VerifyLedger {
  readonly #needs: VerifyNeeds

  /** `minAgeMs`: younger objects without a row may yet be committed, and are not listed. Default an hour. */
  constructor(needs: VerifyNeeds) {
    this.#needs = needs
  }

  /** Reads every stored byte. Rejects when the ledger or the store does not answer. */
  async run(listener: {
    onProblem(problem: ChunkProblem): void
    onUnknown(object: StoredObject): void
    signal?: AbortSignal | undefined
  }): Promise<VerifyReport> {
    const { ledger, store, clock, minAgeMs = HOUR_MS } = this.#needs
    const { signal } = listener
    let chunks = 0
    let bytes = 0
    let problems = 0
    let unknown = 0
    for await (const chunk of ledger.allChunks()) {
      signal?.throwIfAborted()
      chunks++
      bytes += chunk.stop - chunk.start
      const problem = await this.#problemOf(chunk, signal)
      if (problem === undefined || !(await this.#isStillKnown(chunk))) continue
      problems++
      listener.onProblem({ uploadId: chunk.uploadId, key: chunk.key, problem })
    }
    for await (const group of unknownObjects({ ledger, store, now: clock.now(), minAgeMs, signal })) {
      unknown += group.length
      for (const object of group) listener.onUnknown(object)
    }
    return { chunks, bytes, problems, unknown }
  }

  async #problemOf(
    { key, start, stop, crc32: expected }: Chunk,
    signal: AbortSignal | undefined,
  ): Promise<ChunkProblem['problem'] | undefined> {
    const { store } = this.#needs
    const length = await store.length(key)
    if (length === undefined) return 'missing'
    if (length !== stop - start) return 'wrong length'
    try {
      let sum = 0
      for await (const bytes of store.read(key, 0, length, signal)) sum = crc32(bytes, sum)
      return sum === expected ? undefined : 'wrong bytes'
    } catch (error) {
      if (error instanceof BlobMissing) return 'missing'
      throw error
    }
  }

  /** A chunk that was deleted while we looked at it is no problem. */
  async #isStillKnown({ key }: Chunk): Promise<boolean> {
    return (await this.#needs.ledger.known([key])).has(key)
  }
}

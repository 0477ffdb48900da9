import { Refusal, type UploadEvent, type UploadState } from '@sluice/protocol'
import { Announcer } from './announcer.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import { nextState } from './next-state.ts'
import type { NodeSignals } from './node-signals.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { WriterFlush } from './writer-flush.ts'
import type { Writers } from './writers.ts'

const MAX_TRIES = 5

export interface Move {
  readonly event: UploadEvent
  /** Leaves an upload that is, or meanwhile came, in any other state as it is. */
  readonly from?: UploadState
  /** Asks a living writer to commit what it has first. */
  readonly flush?: boolean
  /** Raises the grant, also when the state stays as it is. */
  readonly newGrant?: boolean
  readonly endedReason?: 'hash-mismatch'
  readonly expiresAfterMs?: number
  readonly progressJid?: string | undefined
}

/**
 * Moves an upload through its states without being its writer: decides by the table, records with a fence, and
 * decides again when the row moved meanwhile or the answer was lost.
 */
export class UploadMoves {
  readonly #needs: {
    ledger: UploadLedger
    writers: Writers
    flush: WriterFlush
    signals: NodeSignals
    clock: Clock
    logger: Logger
  }

  constructor(needs: {
    ledger: UploadLedger
    writers: Writers
    flush: WriterFlush
    signals: NodeSignals
    clock: Clock
    logger: Logger
  }) {
    this.#needs = needs
  }

  /**
   * Answers the upload as it is afterwards; one that is there already is not touched, unless the move brings a new
   * grant, nor one that is no longer where the move begins (`from`). Throws the table's refusal, or `upload-busy` when
   * others keep moving it.
   */
  async run(seen: UploadRecord, move: Move): Promise<UploadRecord> {
    const { logger, flush } = this.#needs
    let upload = seen
    let failure: unknown = new Refusal('upload-busy')
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (move.flush && upload.state === 'receiving') {
        await flush.run(upload)
        upload = await this.#again(upload)
      }
      if (move.from !== undefined && upload.state !== move.from) return upload
      const next = nextState(upload, move.event)
      if (next instanceof Refusal) throw next
      if (next === upload.state && !move.newGrant) return upload
      try {
        const moved = await this.#fence(upload, next, move)
        if (moved) return moved
      } catch (error) {
        failure = error
        logger.warn({ err: error, uploadId: upload.id, to: next }, 'no answer to a fence, asking')
      }
      upload = await this.#again(upload)
    }
    throw failure
  }

  async #fence(upload: UploadRecord, to: UploadState, move: Move): Promise<UploadRecord | undefined> {
    const { ledger, writers, logger } = this.#needs
    const { id, epoch, state: from } = upload
    const { newGrant = false, endedReason, expiresAfterMs, progressJid } = move
    const moved = await ledger.fence({
      id,
      epoch,
      from,
      to,
      newGrant,
      endedReason,
      expiresAfterMs,
      progressJid,
    })
    if (!moved) return undefined
    writers.fenced(id, moved.epoch)
    new Announcer(this.#needs, id).state()
    logger.info({ uploadId: id, event: move.event, from, to, committed: moved.committed }, 'upload moved')
    return moved
  }

  async #again({ id }: UploadRecord): Promise<UploadRecord> {
    const upload = await this.#needs.ledger.find(id)
    if (!upload) throw new Refusal('upload-not-found')
    return upload
  }
}

import { randomUUID } from 'node:crypto'
import { mendFileName, Refusal } from '@sluice/protocol'
import { checkedFile } from './checked-file.ts'
import type { Logger } from './logger.ts'
import type { TransferLimits } from './transfer-limits.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'
import type { Writers } from './writers.ts'

interface Needs {
  readonly node: string
  readonly ledger: UploadLedger
  readonly writers: Writers
  readonly limits: TransferLimits
  readonly logger: Logger
}

export interface AskedSlot {
  readonly mediaId: string
  /** Of a slot that a chat server gave: the file that it is for. The first PUT makes its upload. */
  readonly given?: GivenFile | undefined
}

/** The file of a slot that somebody else gave and vouches for. */
export interface GivenFile {
  readonly owner: string
  readonly name: string
  readonly mediaType: string
  readonly size: number
}

/** The uploads behind slots: one media each, and as many uploads, one after the other, as its PUT begins anew. */
export class SlotUploads {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** The slot's upload as it is now; made first when somebody else gave the slot. Throws media-not-found. */
  async find({ mediaId, given }: AskedSlot): Promise<UploadRecord> {
    const { ledger, limits, logger } = this.#needs
    const found = await ledger.findByMedia(mediaId)
    if (found) return found
    if (!given) throw new Refusal('media-not-found')
    // The chat server has let the file in under its name, and its link is signed.
    const mended = { ...given, name: mendFileName(given.name) }
    const { name, mediaType, size } = checkedFile(mended, limits.maxUploadBytes)
    const offer = {
      id: randomUUID(),
      owner: given.owner,
      size,
      hash: 'none',
      media: { id: mediaId, name, type: mediaType },
      expiresAfterMs: limits.unfinishedExpiryMs,
    } as const
    try {
      const { upload } = await ledger.offer(offer)
      logger.info({ uploadId: upload.id, owner: given.owner, size }, 'slot taken that a chat server gave')
      return upload
    } catch (error) {
      // Of two that come first at once, one makes it; an answer may be lost, too.
      const made = await ledger.findByMedia(mediaId)
      if (made) return made
      throw error
    }
  }

  /**
   * Makes this node the writer of the slot's upload if that is untouched, else of a new one in its place; undefined when
   * the row is no longer as seen. One whose answer was lost is not known again: it is replaced like any other.
   */
  async claim(seen: UploadRecord): Promise<UploadRecord | undefined> {
    const { ledger, node: writer, limits, writers } = this.#needs
    const { id, epoch, committed, grantNo } = seen
    // Any that a writer began in is not shared with another source, even if no byte of it was committed yet.
    if (seen.state === 'offered' && epoch === 0) {
      const taken = await ledger.take({ id, epoch, committed, grantNo, writer })
      return taken === undefined ? undefined : { ...seen, state: 'receiving', epoch: taken, writer }
    }
    const expiresAfterMs = limits.unfinishedExpiryMs
    const next = await ledger.replace({ id, epoch, by: randomUUID(), writer, expiresAfterMs })
    if (next) writers.fenced(id, epoch + 1)
    return next
  }
}

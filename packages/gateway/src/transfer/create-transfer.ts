import type { BlobStore } from './blob-store.ts'
import { CancelUpload } from './cancel-upload.ts'
import { ClaimMessage } from './claim-message.ts'
import type { Clock } from './clock.ts'
import { ConfirmSent } from './confirm-sent.ts'
import { CreateUpload } from './create-upload.ts'
import { DeleteMedia } from './delete-media.ts'
import { DeliveryMoves } from './delivery-moves.ts'
import { DiscardUpload } from './discard-upload.ts'
import { DownloadMedia } from './download-media.ts'
import { ExpireUploads } from './expire-uploads.ts'
import { ExternalSlots } from './external-slots.ts'
import { HandOverHash } from './hand-over-hash.ts'
import { HashShelf } from './hash-shelf.ts'
import { InspectUpload } from './inspect-upload.ts'
import { ListUploads } from './list-uploads.ts'
import { LocateMedia } from './locate-media.ts'
import type { Logger } from './logger.ts'
import type { MediaUrls } from './media-urls.ts'
import { MemoryBudget } from './memory-budget.ts'
import type { NodeSignals } from './node-signals.ts'
import { OfferUpload } from './offer-upload.ts'
import { ReceiveSlot } from './receive-slot.ts'
import { ReceiveUpload } from './receive-upload.ts'
import { RecoverUploads } from './recover-uploads.ts'
import { RequestSlot } from './request-slot.ts'
import { ResumeUpload } from './resume-upload.ts'
import { SlotUploads } from './slot-uploads.ts'
import { Slots } from './slots.ts'
import { StoredBytes } from './stored-bytes.ts'
import { SweepUploads } from './sweep-uploads.ts'
import type { TransferLimits } from './transfer-limits.ts'
import type { UploadLedger } from './upload-ledger.ts'
import { UploadMoves } from './upload-moves.ts'
import { UploadTokens } from './upload-tokens.ts'
import { Verification } from './verification.ts'
import { WriterFlush } from './writer-flush.ts'
import { Writers } from './writers.ts'

/** What the transfer side needs from outside. */
export interface TransferNeeds {
  /** This node's id, unique among the living and the dead; whoever assembles makes it beat in the ledger. */
  readonly node: string
  readonly ledger: UploadLedger
  readonly store: BlobStore
  readonly signals: NodeSignals
  readonly clock: Clock
  readonly logger: Logger
  readonly urls: MediaUrls
  readonly limits: TransferLimits
  /** Shared with a chat server that gives slots for this gateway; without one none are taken. */
  readonly uploadSecret?: string | undefined
  /** Bytes of request bodies held at once. */
  readonly memoryBudgetBytes: number
}

/** The use cases, assembled. */
export interface Transfer {
  readonly offerUpload: OfferUpload
  readonly createUpload: CreateUpload
  readonly receiveUpload: ReceiveUpload
  readonly requestSlot: RequestSlot
  readonly receiveSlot: ReceiveSlot
  readonly cancelUpload: CancelUpload
  readonly resumeUpload: ResumeUpload
  readonly discardUpload: DiscardUpload
  readonly handOverHash: HandOverHash
  readonly inspectUpload: InspectUpload
  readonly listUploads: ListUploads
  readonly claimMessage: ClaimMessage
  readonly confirmSent: ConfirmSent
  readonly deleteMedia: DeleteMedia
  readonly locateMedia: LocateMedia
  readonly downloadMedia: DownloadMedia
  readonly recoverUploads: RecoverUploads
  readonly expireUploads: ExpireUploads
  readonly sweepUploads: SweepUploads
  readonly externalSlots?: ExternalSlots | undefined
  readonly tokens: UploadTokens
  readonly writers: Writers
  /** Stops listening and ticking; drain the writers first. */
  close(): void
}

/** Wires the use cases of this folder to the ports given. */
export function createTransfer(needs: TransferNeeds): Transfer {
  const { ledger, clock, limits, uploadSecret: secret } = needs
  const budget = new MemoryBudget({ bytes: needs.memoryBudgetBytes, clock })
  const shelf = new HashShelf({ clock })
  const stored = new StoredBytes(needs)
  const tokens = new UploadTokens(needs)
  const writers = new Writers(needs)
  const flush = new WriterFlush({ ...needs, writers })
  const moves = new UploadMoves({ ...needs, writers, flush })
  const deliveries = new DeliveryMoves(needs)
  const verification = new Verification({ ...needs, shelf, stored, moves })
  const slots = new Slots({ ...needs, tokens })
  const slotUploads = new SlotUploads({ ...needs, writers })
  const inner = { ...needs, budget, shelf, stored, writers, moves, deliveries, verification, slots }
  const handOverHash = new HandOverHash(inner)
  return {
    offerUpload: new OfferUpload({ ...inner, handOverHash }),
    createUpload: new CreateUpload(inner),
    receiveUpload: new ReceiveUpload({ ...inner, expiresAfterMs: limits.unfinishedExpiryMs }),
    requestSlot: new RequestSlot({ ...needs, tokens }),
    receiveSlot: new ReceiveSlot({ ...inner, slotUploads, expiresAfterMs: limits.unfinishedExpiryMs }),
    cancelUpload: new CancelUpload(inner),
    resumeUpload: new ResumeUpload(inner),
    discardUpload: new DiscardUpload(inner),
    handOverHash,
    inspectUpload: new InspectUpload(inner),
    listUploads: new ListUploads(inner),
    claimMessage: new ClaimMessage(inner),
    confirmSent: new ConfirmSent(inner),
    deleteMedia: new DeleteMedia(inner),
    locateMedia: new LocateMedia(needs),
    downloadMedia: new DownloadMedia({ ledger, stored }),
    recoverUploads: new RecoverUploads(inner),
    expireUploads: new ExpireUploads(inner),
    sweepUploads: new SweepUploads(needs),
    externalSlots: secret === undefined ? undefined : new ExternalSlots({ secret, clock }),
    tokens,
    writers,
    close() {
      for (const part of [flush, verification, writers, shelf, budget]) part.close()
    },
  }
}

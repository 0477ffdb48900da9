import { type DeliveryEvent, nextDeliveryState, Refusal } from '@sluice/protocol'
import { Announcer } from './announcer.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { NodeSignals } from './node-signals.ts'
import type { UploadLedger, UploadRecord } from './upload-ledger.ts'

const LEASE_MS = 60_000
const MAX_TRIES = 5
const LEASES_RUN = new Date(0)

/** Moves the sending of an upload's message through its states. (I8) */
export class DeliveryMoves {
  readonly #needs: { ledger: UploadLedger; signals: NodeSignals; clock: Clock; logger: Logger }

  constructor(needs: { ledger: UploadLedger; signals: NodeSignals; clock: Clock; logger: Logger }) {
    this.#needs = needs
  }

  /**
   * Answers the upload as it is afterwards. Throws the table's refusal; `bad-request` when no message belongs to the
   * upload; `upload-busy` when others keep moving it. A claim renews the lease of the device that holds it.
   */
  async run(seen: UploadRecord, event: DeliveryEvent): Promise<UploadRecord> {
    const { ledger, clock, logger } = this.#needs
    let upload = seen
    let failure: unknown = new Refusal('upload-busy')
    let now = clock.now()
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { id, delivery } = upload
      if (!delivery) throw new Refusal('bad-request', { reason: 'no message belongs to this upload' })
      const to = nextDeliveryState(delivery, event, now)
      if (to instanceof Refusal) throw to
      if (to === delivery.state && event.type !== 'claim') return upload
      const device = 'device' in event ? event.device : undefined
      const leaseMs = to === 'claimed' ? LEASE_MS : undefined
      try {
        const move = { id, from: delivery.state, fromDevice: delivery.device, to, device, leaseMs }
        if (await ledger.moveDelivery(move)) {
          new Announcer(this.#needs, id).state()
          logger.info({ uploadId: id, from: delivery.state, to }, 'message moved')
          return { ...upload, delivery: { ...delivery, state: to, device } }
        }
        // The database's time rules leases: one that it did not give on is not over, whatever time it is here.
        now = LEASES_RUN
      } catch (error) {
        failure = error
        logger.warn({ err: error, uploadId: id, to }, 'no answer to a move of the message, asking')
      }
      const again = await ledger.find(id)
      if (!again) throw new Refusal('upload-not-found')
      upload = again
    }
    throw failure
  }
}

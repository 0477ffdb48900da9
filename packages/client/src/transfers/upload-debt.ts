import { Refusal, type Slot } from '@sluice/protocol'
import type { Message } from '../messages/message.ts'
import { untilAborted } from '../until-aborted.ts'
import { settleDebt } from './settle-debt.ts'
import { takeSlot } from './take-slot.ts'
import type { TransferCell } from './transfer-cell.ts'
import type { UploadRecord } from './upload-record.ts'
import type { UploadNeeds } from './upload-run.ts'

const TELLING_MS = 15_000

/**
 * What the gateway is told of an upload besides its runs: that its owner stopped, discarded or sent it. One thing
 * after the other; what cannot be told now stays owed.
 */
export class UploadDebt {
  readonly #needs: UploadNeeds
  readonly #record: UploadRecord
  readonly #cell: TransferCell<Message>
  readonly #over = new AbortController()
  /** An offer whose slot has not come yet. */
  #asking: Promise<Slot> | undefined
  #telling: Promise<Error | undefined> = Promise.resolve(undefined)

  constructor(needs: UploadNeeds, record: UploadRecord, cell: TransferCell<Message>) {
    this.#needs = needs
    this.#record = record
    this.#cell = cell
  }

  get isOwed(): boolean {
    return this.#record.owes !== undefined
  }

  /** Resolves when nothing is being told. Never rejects. */
  get told(): Promise<unknown> {
    return this.#telling
  }

  /** An offer is on its way: the slot that it brings, however late, is what a stop has to cancel. */
  noteOffer(offer: Promise<Slot>): void {
    this.#asking = offer
    const forget = () => {
      if (this.#asking === offer) this.#asking = undefined
    }
    offer.then(forget, forget)
  }

  /** Tells what is owed. Answers the refusal, if there is one. Never rejects. */
  settle(): Promise<Error | undefined> {
    this.#telling = this.#telling.then(() => this.#tell())
    return this.#telling
  }

  /** Tells of a stop. False when the message can no longer be withheld. */
  async cancel(): Promise<boolean> {
    if (!this.#asking) return this.#cancelNow()
    // The answer may take its time, and the stop has happened. The slot is cancelled when it comes.
    this.#telling = this.#lateSlot().then(() => {
      if (this.#cell.state !== 'discarded') this.#record.owes = 'cancel'
      return this.#tell()
    })
    return true
  }

  async discard(): Promise<void> {
    await this.#lateSlot()
    this.#record.owes = 'discard'
    await this.#save()
    await this.settle()
  }

  /** The session has ended: nobody waits for an answer any more. */
  end(reason: Error): void {
    this.#over.abort(reason)
  }

  async #cancelNow(): Promise<boolean> {
    if (this.#record.slot) this.#record.owes = 'cancel'
    await this.#save()
    const refusal = await this.settle()
    const { committed } = this.#record
    this.#cell.advance({ sent: committed, committed })
    return !(refusal instanceof Refusal && ['upload-complete', 'message-sent'].includes(refusal.code))
  }

  #tell(): Promise<Error | undefined> {
    const signal = AbortSignal.any([AbortSignal.timeout(TELLING_MS), this.#over.signal])
    return settleDebt(this.#needs, this.#record, signal)
  }

  async #lateSlot(): Promise<void> {
    if (!this.#asking) return
    const slot = await untilAborted(this.#asking, this.#over.signal).catch(() => undefined)
    if (slot && !this.#record.slot) takeSlot({ record: this.#record, cell: this.#cell }, slot)
  }

  async #save(): Promise<void> {
    await this.#needs.store.put('uploads', this.#record.id, this.#record)
  }
}

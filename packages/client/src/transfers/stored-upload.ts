import type { UploadRecord } from './upload-record.ts'
import type { UploadNeeds } from './upload-run.ts'

/** What the store holds of an upload: its record, and its file for later runs. */
export class StoredUpload {
  readonly #needs: UploadNeeds
  readonly #record: UploadRecord

  constructor(needs: UploadNeeds, record: UploadRecord) {
    this.#needs = needs
    this.#record = record
  }

  /** Makes the record durable as it is now. */
  async save(): Promise<void> {
    await this.#needs.store.put('uploads', this.#record.id, this.#record)
  }

  /** As `save`, where a record that is not stored stops nothing. */
  trySave(): Promise<void> {
    return this.#contained(this.save())
  }

  /** No later run needs the file. Never rejects. */
  async dropFile(): Promise<void> {
    await this.#contained(this.#needs.store.files?.drop(this.#record.id))
  }

  async #contained(work: Promise<void> | undefined): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#needs.log('error', 'the store does not take an entry', { id: this.#record.id, error })
    }
  }
}

import { checkFileName, Refusal } from '@sluice/protocol'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { type AccountStore, type KeptFile, type Part, PartDamaged } from '../persistence/store.ts'
import type { Session } from '../session/session.ts'
import { downloadFailure, downloadRefusal } from './download-failure.ts'
import type { DownloadedFile, DownloadRecord } from './download-record.ts'
import { fetchBytes } from './fetch-bytes.ts'
import type { HttpTransport } from './http-transport.ts'
import { Patience } from './persistently.ts'
import type { Places } from './places.ts'
import { RunningHash, type Sha256 } from './running-hash.ts'
import type { ResumeOptions, Sharing, Verb } from './sharing.ts'
import type { Transfer } from './transfer.ts'
import { TransferCell } from './transfer-cell.ts'
import { TransferError } from './transfer-error.ts'
import { VisibleTransfer } from './visible-transfer.ts'

/** A finished download. */
export interface Downloaded {
  readonly msgId: string
  /** The bytes; in Node only of files below 4 GiB. */
  readonly blob?: Blob | undefined
  /** Of `blob`, made when it is first read; it holds the bytes until URL.revokeObjectURL. Absent from copies. */
  readonly blobUrl?: string | undefined
  /** Node, with a folder store. */
  readonly path?: string | undefined
}

/** What all downloads of a client share. */
export interface DownloadNeeds {
  readonly transport: HttpTransport
  readonly session: Session
  readonly store: AccountStore
  /** Absent where a store has one holder. */
  readonly sharing?: Sharing | undefined
  readonly places: Places
  readonly sha256: Sha256
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly downloadDir?: string | undefined
  /** Finds the file behind a message id or media id. Rejects with TransferError 404. */
  readonly fileOf: (id: string, signal: AbortSignal) => Promise<DownloadedFile>
}

/** One download, across pauses, lost lines, and runs of the program. */
export class Download extends VisibleTransfer<Downloaded, DownloadRecord> implements Transfer<Downloaded> {
  readonly kind = 'download'
  readonly #needs: DownloadNeeds
  #hash: RunningHash
  #abort = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #discarding: Promise<void> = Promise.resolve()

  /** Rests as `paused` with `held` bytes of an earlier run until `resume`. */
  constructor(
    needs: DownloadNeeds,
    record: DownloadRecord,
    { held, kept }: { held: number; kept: KeptFile | undefined },
  ) {
    const progress = { sent: held, committed: held, total: record.file?.size ?? 0 }
    super(needs, record, new TransferCell({ state: 'paused', progress, log: needs.log }))
    this.#needs = needs
    this.#hash = new RunningHash(needs.sha256)
    if (kept) this.cell.succeed(this.#downloaded(kept))
    else if (record.state === 'failed' && record.failure)
      this.cell.fail(new TransferError(record.failure), 'failed')
  }

  perform(verb: Verb, _options?: ResumeOptions): Promise<void> {
    if (verb === 'pause') return this.#stop()
    return verb === 'resume' ? this.#resume() : this.#discard()
  }

  async #stop(): Promise<void> {
    if (this.state === 'done') throw downloadRefusal(this.id, 'already_completed')
    if (this.state === 'failed') throw downloadRefusal(this.id, 'already_failed')
    if (this.state === 'discarded') throw downloadRefusal(this.id, 'not_found')
    this.#abort.abort(new Error('paused'))
    this.cell.enter('paused')
    this.record.paused = true
    await this.#running
    // One whose file is not known yet has no record.
    if (this.record.file) await this.#save().catch((error: unknown) => this.#cannotSave(error))
  }

  async #resume(): Promise<void> {
    if (this.state === 'discarded') throw downloadRefusal(this.id, 'not_found')
    // An id that nobody knew may be known by now: its message may have come late.
    const forGood = this.record.file !== undefined && this.failure?.retryable === false
    if (this.state === 'failed' && forGood) throw this.failure
    if (this.state !== 'paused' && this.state !== 'failed') return
    this.restart()
  }

  async #discard(): Promise<void> {
    if (this.state === 'done') throw downloadRefusal(this.id, 'already_completed')
    if (this.state === 'discarded') return
    this.#abort.abort(new Error('discarded'))
    this.cell.fail(this.discarded(), 'discarded')
    this.#discarding = this.#running.then(() => this.#forget())
    await this.#discarding
  }

  /** Stops here and now, for the end of the session; what is there stays. */
  async end(reason: Error): Promise<void> {
    this.over.abort(reason)
    if (this.state !== 'done' && this.state !== 'discarded') {
      this.#abort.abort(reason)
      this.cell.fail(reason, this.state === 'failed' ? 'failed' : 'paused')
    }
    await this.#running
    await this.#discarding.catch(() => {})
  }

  protected async showResult(): Promise<void> {
    const kept = await this.#needs.store.kept(this.id)
    if (kept) this.cell.succeed(this.#downloaded(kept))
  }

  protected restart(): void {
    this.cell.reopen()
    this.cell.enter('pending')
    this.#go()
  }

  protected isGone(record: DownloadRecord | undefined): boolean {
    // Before its file is known there is no record.
    return !record && this.record.file !== undefined
  }

  protected discarded(): TransferError {
    const message = `Media download for message-id ${this.id} is discarded`
    return new TransferError({ code: 'discarded', statusCode: 410, message, retryable: false })
  }

  #go(): void {
    const abort = new AbortController()
    this.#abort = abort
    this.#running = this.#running.then(() => this.#run(abort.signal))
  }

  /** Never rejects. */
  async #run(signal: AbortSignal): Promise<void> {
    const { store, places } = this.#needs
    try {
      // One that began under an id which another tab leads joins that one.
      if (!(await this.leads())) return void this.resume().catch(() => {})
      signal.throwIfAborted()
      this.record.paused = undefined
      const kept = (await store.kept(this.id)) ?? (await places.hold(signal, () => this.#fetch(signal)))
      this.record.state = 'done'
      await this.#save()
      this.cell.succeed(this.#downloaded(kept))
    } catch (error) {
      if (!signal.aborted) await this.#fail(error)
    }
  }

  async #fetch(signal: AbortSignal): Promise<KeptFile> {
    const { store, fileOf } = this.#needs
    this.record.file ??= await fileOf(this.id, signal)
    this.record.state = 'unfinished'
    this.record.failure = undefined
    await this.#save()
    const part = await store.part(this.id)
    try {
      return await this.#fetchAndCheck(part, this.record.file, signal)
    } finally {
      await part.close()
    }
  }

  /** What does not match its hash is fetched once more, for the fault may have been on the way. */
  async #fetchAndCheck(part: Part, file: DownloadedFile, signal: AbortSignal): Promise<KeptFile> {
    const { url, sha256, name, mediaType } = file
    for (let attempt = 0; attempt < 2; attempt++) {
      await this.#fetchAll(part, url, signal)
      this.cell.enter('processing')
      const { size } = part
      if (sha256 === undefined || (await this.#digestOf(part, signal)) === sha256) {
        const { downloadDir } = this.#needs
        const kept = await part.finish({ name: safeName(name), mediaType, downloadDir })
        this.cell.advance({ sent: size, committed: size })
        return kept
      }
      this.#needs.log('warn', 'a download does not match its hash', { id: this.id, attempt })
      await part.reset()
      this.#hash = new RunningHash(this.#needs.sha256)
      this.record.etag = undefined
      this.cell.advance({ sent: 0, committed: 0 })
    }
    throw new Refusal('hash-mismatch')
  }

  /** Undefined when it cannot be read any more. */
  #digestOf(part: Part, signal: AbortSignal): Promise<string | undefined> {
    const read = (start: number, stop: number) => part.read(start, stop)
    return this.#hash.finish({ size: part.size, read }, signal).catch((error: unknown) => {
      if (error instanceof PartDamaged) return undefined
      throw error
    })
  }

  async #fetchAll(part: Part, url: string, signal: AbortSignal): Promise<void> {
    const patience = new Patience({ ...this.#needs, signal, onWaiting: () => this.cell.enter('waiting') })
    const download = this
    for (;;) {
      const before = part.size
      try {
        this.cell.advance({ sent: before, committed: part.durable })
        return await fetchBytes({
          transport: this.#needs.transport,
          record: this.record,
          url,
          part,
          signal,
          hash: {
            get current() {
              return download.#hash
            },
            reset: () => {
              this.#hash = new RunningHash(this.#needs.sha256)
            },
          },
          onHead: async (total) => {
            this.cell.advance({ total })
            this.cell.enter('active')
            await this.#save()
          },
          onBytes: () => this.cell.advance({ sent: part.size, committed: part.durable }),
        })
      } catch (error) {
        if (part.size > before) patience.renew()
        await patience.afterFailure(error)
      }
    }
  }

  async #fail(error: unknown): Promise<void> {
    const failure = downloadFailure(this.id, error)
    this.#needs.log('warn', 'a download failed', { id: this.id, code: failure.code, error })
    this.record.state = 'failed'
    this.record.failure = failure.toJSON()
    await this.#rememberFailure(failure).catch((cause: unknown) => this.#cannotSave(cause))
    this.cell.fail(failure, 'failed')
  }

  async #rememberFailure({ retryable }: TransferError): Promise<void> {
    // Nothing is known of the file, so nothing is worth a record.
    if (!this.record.file) return
    // Of no use any more: the bytes are of nothing that can be completed.
    if (!retryable) await (await this.#needs.store.part(this.id)).drop()
    await this.#save()
  }

  #cannotSave(error: unknown): void {
    this.#needs.log('error', 'the store does not take an entry', { id: this.id, error })
  }

  async #forget(): Promise<void> {
    const { store } = this.#needs
    await (await store.part(this.id)).drop()
    await store.delete('downloads', this.id)
  }

  #downloaded({ path, blob }: KeptFile): Downloaded {
    const downloaded = { msgId: this.id, ...(path !== undefined && { path }), ...(blob && { blob }) }
    let url: string | undefined
    // Not enumerable: who copies or prints it makes no address.
    return blob
      ? Object.defineProperty(downloaded, 'blobUrl', { get: () => (url ??= URL.createObjectURL(blob)) })
      : downloaded
  }

  async #save(): Promise<void> {
    await this.#needs.store.put('downloads', this.id, this.record)
  }
}

/** The sender's name for the file, unless it would be a path. */
function safeName(name: string): string {
  try {
    return checkFileName(name)
  } catch (error) {
    if (error instanceof Refusal) return 'file'
    throw error
  }
}

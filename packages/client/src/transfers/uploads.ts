import { decodeProgress, type MediaKind, NS, type XmlElement } from '@sluice/protocol'
import { Listeners } from '../listeners.ts'
import type { FileHandle, FileInput } from './file-source.ts'
import type { News } from './sharing.ts'
import { Upload } from './upload.ts'
import { type PlannedIntent, recordOfListed, type UploadRecord } from './upload-record.ts'
import type { UploadNeeds } from './upload-run.ts'

const KEPT_MS = 30 * 24 * 3600 * 1000

export interface UploadIntent {
  readonly id: string
  readonly to: string
  readonly kind: MediaKind
  readonly file: FileInput
  readonly fileName?: string | undefined
  /** Of the same file, for a later run. */
  readonly handle?: FileHandle | undefined
  readonly intent: PlannedIntent
  /** See UploadRecord. */
  readonly keepsLocation?: boolean | undefined
}

/** The uploads of an account: those of this run, of earlier ones, and of its other devices. */
export class Uploads {
  /** Told of each step of progress. */
  readonly progress: Listeners<Upload>
  /** Told of each new one and of each change of a state. */
  readonly changes: Listeners<Upload>
  readonly #needs: UploadNeeds
  readonly #held = new Map<string, Upload>()
  /** Discarded while the gateway was away; shown to nobody. */
  readonly #discarded = new Set<Upload>()
  #endedBy: Error | undefined

  constructor(needs: UploadNeeds) {
    this.#needs = needs
    this.progress = new Listeners(needs.log)
    this.changes = new Listeners(needs.log)
    needs.session.stanzas.add((stanza) => this.#observe(stanza))
    needs.session.states.add((state) => (state === 'online' ? this.#settle() : undefined))
  }

  /** Takes in what earlier runs left, and forgets what ended over 30 days ago. */
  async load(): Promise<void> {
    const { store, clock, sharing } = this.#needs
    const resting: Upload[] = []
    for (const [key, value] of await store.entries('uploads')) {
      const record = value as UploadRecord
      const over = record.state !== 'unfinished' && record.createdAt < clock.now() - KEPT_MS
      if (over) await store.delete('uploads', key)
      else if (record.owes === 'discard') this.#discarded.add(new Upload(this.#needs, record))
      else resting.push(this.#hold(new Upload(this.#needs, record)))
    }
    await Promise.all(resting.map((upload) => upload.state !== 'done' && sharing?.lead(upload)))
  }

  /** One that another tab leads. */
  adopt({ record }: News): Upload {
    return this.#hold(new Upload(this.#needs, { ...(record as UploadRecord) }))
  }

  /** Goes on with what ran when the page or process died. Resolves when all of that runs. */
  async goOn(): Promise<void> {
    await Promise.all([...this.#held.values()].map((upload) => upload.goOn()))
  }

  /**
   * A new upload, prepared but not begun. The same id again gives the one that is there, unless that has failed
   * or was discarded.
   */
  create({ id, to, kind, file, fileName, handle, intent, keepsLocation }: UploadIntent): Upload {
    const held = this.#held.get(id)
    if (held && held.state !== 'failed' && held.state !== 'discarded') return held
    const record: UploadRecord = {
      id,
      to,
      kind,
      intent,
      createdAt: this.#needs.clock.now(),
      state: 'unfinished',
      committed: 0,
      hashIsOver: false,
      ...(keepsLocation && { keepsLocation }),
      ...(typeof file === 'string' && { path: file }),
    }
    const upload = new Upload(this.#needs, record, { file, fileName, handle })
    upload.prepare()
    return this.#hold(upload)
  }

  get(id: string): Upload | undefined {
    const upload = this.#held.get(id)
    return upload?.state === 'discarded' ? undefined : upload
  }

  list(): Upload[] {
    return [...this.#held.values()].filter(({ state }) => state !== 'discarded')
  }

  /** Also among the uploads that other devices of this account began. Rejects as MediaControl does. */
  async find(id: string, signal: AbortSignal): Promise<Upload | undefined> {
    const held = this.get(id)
    if (held) return held
    const listed = await this.#needs.control.uploads(signal)
    if (this.#endedBy) throw this.#endedBy
    // Two may have asked at once.
    const since = this.get(id)
    if (since) return since
    const found = listed.find(({ offer }) => offer.messageId === id)
    if (!found) return undefined
    return this.#hold(new Upload(this.#needs, recordOfListed(found, this.#needs.clock.now())))
  }

  async end(reason: Error): Promise<void> {
    this.#endedBy = reason
    await Promise.all([...this.#held.values(), ...this.#discarded].map((upload) => upload.end(reason)))
  }

  #hold(upload: Upload): Upload {
    upload.on('progress', () => this.progress.emit(upload))
    upload.on('state', () => this.changes.emit(upload))
    this.#held.set(upload.id, upload)
    this.changes.emit(upload)
    return upload
  }

  async #settle(): Promise<void> {
    await Promise.all([...this.#held.values(), ...this.#discarded].map((upload) => upload.settle()))
    for (const upload of this.#discarded) if (!upload.owes) this.#discarded.delete(upload)
  }

  #observe(stanza: XmlElement): void {
    if (!stanza.is('message') || stanza.attrs.from !== this.#needs.service.known) return
    const progress = stanza.getChild('progress', NS.media)
    if (!progress) return
    const status = decodeProgress(progress)
    for (const upload of this.#held.values()) {
      if (upload.uploadId === status.uploadId) upload.observe(status)
    }
  }
}

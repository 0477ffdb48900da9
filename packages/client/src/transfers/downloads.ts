import { Refusal } from '@sluice/protocol'
import { Listeners } from '../listeners.ts'
import type { Archive } from '../messages/archive.ts'
import type { MessageMedia } from '../messages/message.ts'
import type { MessageHistory } from '../messages/message-history.ts'
import type { KeptFile } from '../persistence/store.ts'
import { Download, type DownloadNeeds } from './download.ts'
import { downloadRefusal } from './download-failure.ts'
import type { DownloadedFile, DownloadRecord } from './download-record.ts'
import type { MediaControl } from './media-control.ts'
import { isTransient } from './persistently.ts'
import type { News } from './sharing.ts'

const KEPT_MS = 30 * 24 * 3600 * 1000

/** The downloads of an account, of this run and of earlier ones. */
export class Downloads {
  /** Told of each step of progress. */
  readonly progress: Listeners<Download>
  /** Told of each new one and of each change of a state. */
  readonly changes: Listeners<Download>
  readonly #needs: DownloadNeeds
  readonly #history: MessageHistory
  readonly #archive: Pick<Archive, 'findMedia'>
  readonly #control: MediaControl
  readonly #held = new Map<string, Download>()
  #endedBy: Error | undefined

  constructor(
    needs: Omit<DownloadNeeds, 'fileOf'> & {
      history: MessageHistory
      archive: Pick<Archive, 'findMedia'>
      control: MediaControl
    },
  ) {
    this.#needs = { ...needs, fileOf: (id, signal) => this.#fileOf(id, signal) }
    this.#history = needs.history
    this.#archive = needs.archive
    this.#control = needs.control
    this.progress = new Listeners(needs.log)
    this.changes = new Listeners(needs.log)
  }

  /** Takes in what earlier runs left, and forgets what ended over 30 days ago, but no file. */
  async load(): Promise<void> {
    const { store, clock, sharing } = this.#needs
    for (const [key, value] of await store.entries('downloads')) {
      const record = value as DownloadRecord
      const over = record.state !== 'unfinished' && record.createdAt < clock.now() - KEPT_MS
      if (over) await this.#forget(key)
      else if (record.state !== 'done') {
        const download = await this.#open(record)
        await sharing?.lead(download)
      }
    }
  }

  /** One that another tab leads. */
  adopt({ record }: News): Download {
    return this.#hold({ ...(record as DownloadRecord) }, { held: 0, kept: undefined })
  }

  /** Goes on with what ran when the page or process died. Resolves when all of that runs. */
  async goOn(): Promise<void> {
    await Promise.all([...this.#held.values()].map((download) => download.goOn()))
  }

  async #forget(id: string): Promise<void> {
    const { store } = this.#needs
    await (await store.part(id)).drop()
    await store.delete('downloads', id)
  }

  get(id: string): Download | undefined {
    const download = this.#held.get(id)
    return download?.state === 'discarded' ? undefined : download
  }

  list(): Download[] {
    return [...this.#held.values()].filter(({ state }) => state !== 'discarded')
  }

  /** The one that is there, or a new one whose file is looked up once it runs. */
  obtain(id: string): Download {
    return this.get(id) ?? this.#hold(this.#newRecord(id), { held: 0, kept: undefined })
  }

  /** The one that is there, also of an earlier run. Of a finished one whose file is gone, a new one. */
  async recall(id: string): Promise<Download | undefined> {
    const held = this.get(id)
    if (held && (held.state !== 'done' || (await this.#needs.store.kept(id)))) return held
    const record = (await this.#needs.store.get('downloads', id)) as DownloadRecord | undefined
    return record && this.#open(record)
  }

  /**
   * As `recall`, else a new one. `id` is a message id, or a media id. Rejects with TransferError 404 when nothing
   * is known under it, with Refusal `media-gone` when it is no longer available, and as MediaControl does when
   * nobody could be asked.
   */
  async find(id: string, signal: AbortSignal): Promise<Download> {
    const recalled = await this.recall(id)
    if (recalled) return recalled
    return this.#open({ ...this.#newRecord(id), file: await this.#fileOf(id, signal) })
  }

  async end(reason: Error): Promise<void> {
    this.#endedBy = reason
    await Promise.all([...this.#held.values()].map((download) => download.end(reason)))
  }

  #newRecord(id: string): DownloadRecord {
    return { id, createdAt: this.#needs.clock.now(), state: 'unfinished' }
  }

  async #open(record: DownloadRecord): Promise<Download> {
    const { store } = this.#needs
    const kept = await store.kept(record.id)
    const before = this.#since(record.id, kept)
    if (before) return before
    const held = kept?.size ?? (await this.#partSize(record.id))
    return this.#since(record.id, kept) ?? this.#hold(record, { held, kept })
  }

  /**
   * The one that somebody else opened in the meantime: two of one id would write to one part. A finished one whose
   * file is gone does not count.
   */
  #since(id: string, kept: KeptFile | undefined): Download | undefined {
    if (this.#endedBy) throw this.#endedBy
    const download = this.get(id)
    return download?.state !== 'done' || kept ? download : undefined
  }

  async #partSize(id: string): Promise<number> {
    const part = await this.#needs.store.part(id)
    await part.close()
    return part.size
  }

  #hold(record: DownloadRecord, there: { held: number; kept: KeptFile | undefined }): Download {
    const download = new Download(this.#needs, record, there)
    download.on('progress', () => this.progress.emit(download))
    download.on('state', () => this.changes.emit(download))
    this.#held.set(record.id, download)
    this.changes.emit(download)
    return download
  }

  /** By what this store has seen, by the media service if it is a media id, and by the servers' archives. */
  async #fileOf(id: string, signal: AbortSignal): Promise<DownloadedFile> {
    const held = (await this.#history.find(id))?.msgBody.media
    if (held) return fileOfMedia(held)
    let unasked: unknown
    try {
      const { url, name, mediaType, size, sha256 } = await this.#control.locate(id, signal)
      return { url, name, mediaType, size, sha256 }
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof Refusal && error.code === 'media-gone') throw error
      // That nobody could be asked is no answer; a service that is not there is one.
      if (isTransient(error)) unasked = error
    }
    const found = await this.#archive.findMedia(id, signal)
    const archived = found?.msgBody.media
    if (!found || !archived) throw unasked ?? downloadRefusal(id, 'not_found')
    await this.#history.remember(found)
    return fileOfMedia(archived)
  }
}

function fileOfMedia({ url, fileName, mime_type, file_size, sha256 }: MessageMedia): DownloadedFile {
  const name = fileName || new URL(url).pathname.split('/').at(-1) || 'file'
  return { url, name, mediaType: mime_type, size: file_size, sha256 }
}

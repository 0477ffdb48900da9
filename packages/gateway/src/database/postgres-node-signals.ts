import type { Clock } from '../transfer/clock.ts'
import type { ChatNews, NodeSignals, UploadChange } from '../transfer/node-signals.ts'
import { LocalNodeSignals } from './local-node-signals.ts'
import { IDS_PER_SIGNAL, type NodeSignal, parseNodeSignal } from './node-signal.ts'
import { NotifyConnection } from './notify-connection.ts'

const PROGRESS_EVERY_MS = 1_000

interface PostgresNodeSignalsNeeds {
  readonly url: string
  /** This node's id, unique among all that ever ran on this database. */
  readonly node: string
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

/** Signals by LISTEN and NOTIFY. What concerns this node goes to its listeners directly, not by the database. */
export class PostgresNodeSignals implements NodeSignals {
  readonly #node: string
  readonly #local: LocalNodeSignals
  readonly #connection: NotifyConnection
  readonly #progressed = new Set<string>()
  readonly #stopFlushing: () => void

  /** Settles when it listens, so with a database that cannot be reached it waits: open that first. */
  static async open(needs: PostgresNodeSignalsNeeds): Promise<PostgresNodeSignals> {
    const signals = new PostgresNodeSignals(needs)
    await signals.#connection.ready
    return signals
  }

  private constructor({ url, node, clock, onError }: PostgresNodeSignalsNeeds) {
    this.#node = node
    this.#local = new LocalNodeSignals({ node, onError })
    this.#connection = new NotifyConnection({
      url,
      clock,
      onError,
      onPayload: (payload) => this.#heard(parseNodeSignal(payload)),
    })
    this.#stopFlushing = clock.every(PROGRESS_EVERY_MS, () => void this.#tellProgress())
  }

  async askToStop(node: string, uploadId: string): Promise<void> {
    if (node === this.#node) await this.#local.askToStop(node, uploadId)
    else await this.#tell({ type: 'stop', from: this.#node, node, uploadId })
  }

  async announceChange(change: UploadChange): Promise<void> {
    await this.#local.announceChange(change)
    const { kind, uploadId } = change
    if (kind === 'progress') {
      this.#progressed.add(uploadId)
      return
    }
    // Who hears of a new state reads the row, and so the progress too.
    this.#progressed.delete(uploadId)
    await this.#tell({ type: 'change', from: this.#node, kind, uploadIds: [uploadId] })
  }

  async announceMail(bareJid: string): Promise<void> {
    await this.#local.announceMail(bareJid)
    await this.#tell({ type: 'mail', from: this.#node, bareJid })
  }

  async announceNews(news: ChatNews): Promise<void> {
    await this.#local.announceNews(news)
    await this.#tell({ type: 'news', from: this.#node, news })
  }

  onStopAsked(listener: (uploadId: string) => void): () => void {
    return this.#local.onStopAsked(listener)
  }

  onChange(listener: (change: UploadChange) => void): () => void {
    return this.#local.onChange(listener)
  }

  onMail(listener: (bareJid: string) => void): () => void {
    return this.#local.onMail(listener)
  }

  onNews(listener: (news: ChatNews) => void): () => void {
    return this.#local.onNews(listener)
  }

  async close(): Promise<void> {
    this.#stopFlushing()
    await this.#tellProgress()
    await this.#connection.close()
  }

  #tell(signal: NodeSignal): Promise<void> {
    return this.#connection.notify(JSON.stringify(signal))
  }

  async #tellProgress(): Promise<void> {
    const ids = [...this.#progressed]
    this.#progressed.clear()
    for (let at = 0; at < ids.length; at += IDS_PER_SIGNAL) {
      const uploadIds = ids.slice(at, at + IDS_PER_SIGNAL)
      await this.#tell({ type: 'change', from: this.#node, kind: 'progress', uploadIds })
    }
  }

  /** The database gives a node its own signals too; its listeners have heard them. */
  #heard(signal: NodeSignal | undefined): void {
    if (!signal || signal.from === this.#node) return
    if (signal.type === 'stop') void this.#local.askToStop(signal.node, signal.uploadId)
    else if (signal.type === 'mail') void this.#local.announceMail(signal.bareJid)
    else if (signal.type === 'news') void this.#local.announceNews(signal.news)
    else
      for (const uploadId of signal.uploadIds)
        void this.#local.announceChange({ uploadId, kind: signal.kind })
  }
}

import type { ChatNews, NodeSignals, UploadChange } from '../transfer/node-signals.ts'
import { Listeners } from './listeners.ts'

/** Signals of the one process that an embedded database has. */
export class LocalNodeSignals implements NodeSignals {
  readonly #node: string
  readonly #stops: Listeners<string>
  readonly #changes: Listeners<UploadChange>
  readonly #mails: Listeners<string>
  readonly #news: Listeners<ChatNews>

  constructor({ node, onError }: { node: string; onError: (error: unknown) => void }) {
    this.#node = node
    this.#stops = new Listeners(onError)
    this.#changes = new Listeners(onError)
    this.#mails = new Listeners(onError)
    this.#news = new Listeners(onError)
  }

  async askToStop(node: string, uploadId: string): Promise<void> {
    if (node === this.#node) this.#stops.tell(uploadId)
  }

  async announceChange(change: UploadChange): Promise<void> {
    this.#changes.tell(change)
  }

  async announceMail(bareJid: string): Promise<void> {
    this.#mails.tell(bareJid)
  }

  async announceNews(news: ChatNews): Promise<void> {
    this.#news.tell(news)
  }

  onStopAsked(listener: (uploadId: string) => void): () => void {
    return this.#stops.add(listener)
  }

  onChange(listener: (change: UploadChange) => void): () => void {
    return this.#changes.add(listener)
  }

  onMail(listener: (bareJid: string) => void): () => void {
    return this.#mails.add(listener)
  }

  onNews(listener: (news: ChatNews) => void): () => void {
    return this.#news.add(listener)
  }
}

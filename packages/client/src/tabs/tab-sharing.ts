import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { News, ResumeOptions, Shareable, Sharing, Verb } from '../transfers/sharing.ts'
import { TabCalls } from './tab-calls.ts'
import type { TabNote } from './tab-note.ts'
import type { Release, Tabs } from './tabs.ts'

// A bar moves smoothly by it, and tabs in the background do not notice.
const PROGRESS_MS = 200
// Until all others have heard how a transfer ended, so that none takes its end for a death.
const HEARING_MS = 1_000
const ENDING_MS = 5_000

interface Needs {
  readonly tabs: Tabs
  readonly clock: Clock
  readonly log: Log
  /** The account was logged out in another tab. */
  readonly onLogout: () => void
}

/** The transfers of an account as this tab has them. */
interface Collection {
  get(id: string): Shareable | undefined
  adopt(news: News): Shareable
}

/**
 * Shares the transfers of an account among its tabs. Each has a lock of its own: who holds it leads, the others wait for
 * it and show what the leading tab tells. So when that tab dies, the next one takes over and goes on.
 */
export class TabSharing implements Sharing {
  readonly #needs: Needs
  readonly #over = new AbortController()
  #collections: Record<Shareable['kind'], Collection> | undefined
  /** Led here, by name: ends the leading. */
  readonly #mine = new Map<string, Release>()
  /** Led elsewhere, by name: ends the wait for the lock. */
  readonly #theirs = new Map<string, AbortController>()
  readonly #leading = new Map<string, Promise<boolean>>()
  readonly #calls: TabCalls
  /** What is shown comes in the order in which it was told. */
  #showing: Promise<unknown> = Promise.resolve()

  /** Logs the account out in all other tabs, and resolves when they have let its store go, 5 s later at most. */
  static async endOthers(tabs: Tabs): Promise<void> {
    const note: TabNote = { type: 'logout' }
    tabs.post(note)
    // A tab that the browser has frozen forgets nothing by itself, but its store is emptied all the same.
    await tabs.alone(AbortSignal.timeout(ENDING_MS)).catch(() => {})
  }

  constructor(needs: Needs) {
    this.#needs = needs
    const { clock } = needs
    this.#calls = new TabCalls({ clock, post: (note) => this.#post(note), over: this.#over.signal })
    needs.tabs.posts.add((note) => this.#take(note as TabNote))
  }

  /** From here on it shows what other tabs lead; they are asked for it. */
  begin(collections: Record<Shareable['kind'], Collection>): void {
    this.#collections = collections
    this.#post({ type: 'hello' })
  }

  /** Tells nobody of what becomes of the transfers of this tab from now on. */
  end(): void {
    this.#over.abort(new Error('The session has ended'))
    this.#collections = undefined
  }

  /** As the static one, of this account. */
  endOthers(): Promise<void> {
    return TabSharing.endOthers(this.#needs.tabs)
  }

  lead(transfer: Shareable): Promise<boolean> {
    const name = nameOf(transfer)
    if (this.#mine.has(name)) return Promise.resolve(true)
    if (this.#theirs.has(name)) return Promise.resolve(false)
    const attempt = this.#leading.get(name) ?? this.#tryToLead(transfer)
    this.#leading.set(name, attempt)
    return attempt.finally(() => this.#leading.delete(name))
  }

  isElsewhere(transfer: Shareable): boolean {
    return this.#theirs.has(nameOf(transfer))
  }

  async ask(transfer: Shareable, verb: Verb, options?: ResumeOptions): Promise<void> {
    const isElsewhere = () => this.isElsewhere(transfer)
    const isDone = await this.#calls.ask(transfer, { ...options, verb, isElsewhere })
    if (!isDone) await transfer.perform(verb, options)
  }

  async #tryToLead(transfer: Shareable): Promise<boolean> {
    const release = await this.#needs.tabs.take(nameOf(transfer))
    if (release) this.#lead(transfer, release)
    else this.#follow(transfer)
    return release !== undefined
  }

  #lead(transfer: Shareable, release: Release): void {
    let isLate = false
    const tellSoon = () => {
      if (isLate) return
      isLate = true
      this.#needs.clock.after(PROGRESS_MS, () => {
        isLate = false
        if (this.#mine.has(nameOf(transfer))) this.#tell(transfer, { progressOnly: true })
      })
    }
    const removers = [
      transfer.on('progress', tellSoon),
      transfer.on('state', () => {
        this.#tell(transfer)
        if (isOver(transfer)) this.#needs.clock.after(HEARING_MS, () => this.#mine.get(nameOf(transfer))?.())
      }),
    ]
    this.#mine.set(nameOf(transfer), () => {
      this.#mine.delete(nameOf(transfer))
      for (const remove of removers) remove()
      release()
    })
    this.#tell(transfer)
  }

  /** Waits for the tab that leads it to die. */
  #follow(transfer: Shareable): void {
    const name = nameOf(transfer)
    const over = new AbortController()
    this.#theirs.set(name, over)
    const takeOver = async (release: Release) => {
      const record = await transfer.stored().catch(() => undefined)
      if (over.signal.aborted || this.#over.signal.aborted) return release()
      this.#theirs.delete(name)
      // Then there was something to tell the gateway, which the next line does.
      if (isOver(transfer)) return release()
      this.#needs.log('info', 'a transfer was taken over from another tab', { id: transfer.id })
      this.#lead(transfer, release)
      transfer.takeOver(record)
      this.#calls.moved(transfer)
    }
    this.#needs.tabs.wait(name, AbortSignal.any([over.signal, this.#over.signal])).then(takeOver, () => {})
  }

  #take(note: TabNote): void {
    const { type } = note
    if (type === 'hello') this.#tellAll()
    else if (type === 'news') this.#showing = this.#showing.then(() => this.#show(note)).catch(this.#logged)
    else if (type === 'ask') this.#perform(note)
    else if (type === 'answer') this.#calls.answered(note)
    else if (type === 'logout') this.#needs.onLogout()
  }

  async #show({ kind, id, news }: TabNote & { type: 'news' }): Promise<void> {
    const name = `${kind} ${id}`
    const held = this.#collections?.[kind].get(id)
    if (!this.#collections || this.#mine.has(name) || (!held && (!news.record || isOver(news)))) return
    const transfer = held ?? this.#collections[kind].adopt(news)
    if (isOver(news)) {
      this.#theirs.get(name)?.abort()
      this.#theirs.delete(name)
    } else if (!this.#theirs.has(name)) this.#follow(transfer)
    await transfer.show(news)
  }

  #perform(note: TabNote & { type: 'ask' }): void {
    const transfer = this.#collections?.[note.kind].get(note.id)
    if (!transfer || !this.#mine.has(nameOf(transfer))) return
    this.#calls.perform(transfer, note).catch(this.#logged)
  }

  #tellAll(): void {
    for (const name of this.#mine.keys()) {
      const [kind, id] = [name.slice(0, name.indexOf(' ')), name.slice(name.indexOf(' ') + 1)]
      const transfer = this.#collections?.[kind as Shareable['kind']].get(id)
      if (transfer) this.#tell(transfer)
    }
  }

  #tell(transfer: Shareable, { progressOnly = false } = {}): void {
    const { kind, id } = transfer
    const { state, progress, record, file } = transfer.news()
    const news = progressOnly ? { state, progress } : { state, progress, record, file }
    this.#post({ type: 'news', kind, id, news })
  }

  #post(note: TabNote): void {
    if (this.#over.signal.aborted) return
    try {
      this.#needs.tabs.post(note)
    } catch (error) {
      // What an app gave as a file handle need not be one that can be copied.
      this.#needs.log('warn', 'other tabs were not told', { error })
    }
  }

  readonly #logged = (error: unknown): void => {
    if (!this.#over.signal.aborted) this.#needs.log('warn', 'another tab was not followed', { error })
  }
}

function nameOf({ kind, id }: Shareable): string {
  return `${kind} ${id}`
}

function isOver({ state }: { readonly state: string }): boolean {
  return state === 'done' || state === 'discarded'
}

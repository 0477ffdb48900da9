import type {
  ArchivedMessage,
  ArchiveFilter,
  ArchiveRule,
  ArchiveStore,
} from '../../src/messaging/archive-store.ts'
import type { MemoryContactStore } from './memory-contact-store.ts'

interface Kept extends ArchivedMessage {
  readonly peer: string
}

/** Archives for tests. `knows` says who has an account. */
export class MemoryArchiveStore implements ArchiveStore {
  readonly #needs: { knows: (jid: string) => boolean; contacts: MemoryContactStore }
  readonly #maxMessages: number
  readonly #maxBytes: number
  readonly #kept = new Map<string, Kept[]>()
  readonly #last = new Map<string, number>()
  readonly #rules = new Map<string, ArchiveRule>()

  constructor(needs: {
    knows: (jid: string) => boolean
    contacts: MemoryContactStore
    maxMessages?: number
    maxBytes?: number
  }) {
    this.#needs = needs
    this.#maxMessages = needs.maxMessages ?? 10_000
    this.#maxBytes = needs.maxBytes ?? 64 * 1024 * 1024
  }

  async put({
    at,
    copies,
    frame,
  }: Parameters<ArchiveStore['put']>[0]): Promise<ReadonlyMap<string, string> | undefined> {
    const wanted = await Promise.all(copies.map(({ account, peer }) => this.#wants(account, peer)))
    if (!copies.every(({ account }) => this.#needs.knows(account))) return undefined
    const ids = new Map<string, string>()
    for (const { account, peer } of copies.filter((_, index) => wanted[index])) {
      const place = (this.#last.get(account) ?? 0) + 1
      this.#last.set(account, place)
      const kept = [...this.#of(account), { id: String(place), frame, at, peer }]
      const bytes = () => kept.reduce((sum, message) => sum + Buffer.byteLength(message.frame), 0)
      while (kept.length > this.#maxMessages || bytes() > this.#maxBytes) kept.shift()
      this.#kept.set(account, kept)
      ids.set(account, String(place))
    }
    return ids
  }

  async forget(copies: ReadonlyMap<string, string>): Promise<void> {
    for (const [account, id] of copies)
      this.#kept.set(
        account,
        this.#of(account).filter((kept) => kept.id !== id),
      )
  }

  async find(account: string, id: string): Promise<ArchivedMessage | undefined> {
    const kept = this.#of(account).find((message) => message.id === id)
    return kept && plain(kept)
  }

  async page({ account, filter, from, max, maxCharacters }: Parameters<ArchiveStore['page']>[0]) {
    const isBackward = 'before' in from
    const anchor = isBackward ? from.before || undefined : from.after
    if (anchor !== undefined && !this.#wasGiven(account, anchor)) return undefined
    const place = Number(anchor)
    const left = this.#of(account).filter(
      (kept) =>
        passes(kept, filter) &&
        (anchor === undefined || (isBackward ? Number(kept.id) < place : Number(kept.id) > place)),
    )
    const ordered = isBackward ? left.toReversed() : left
    let characters = 0
    const fits = ordered.findIndex(({ frame }, index) => {
      characters += frame.length
      return index === max || (index > 0 && characters > maxCharacters)
    })
    const messages = (fits < 0 ? ordered : ordered.slice(0, fits)).map(plain)
    return { messages: isBackward ? messages.toReversed() : messages, complete: fits < 0 }
  }

  async rule(account: string): Promise<ArchiveRule> {
    return this.#rules.get(account) ?? 'always'
  }

  async setRule(account: string, rule: ArchiveRule): Promise<void> {
    if (this.#needs.knows(account)) this.#rules.set(account, rule)
  }

  async expire(before: Date): Promise<number> {
    let removed = 0
    for (const [account, kept] of this.#kept) {
      const left = kept.filter(({ at }) => at >= before)
      removed += kept.length - left.length
      this.#kept.set(account, left)
    }
    return removed
  }

  removeAll(account: string): void {
    for (const map of [this.#kept, this.#last, this.#rules]) map.delete(account)
  }

  async #wants(account: string, peer: string): Promise<boolean> {
    const rule = await this.rule(account)
    if (rule !== 'roster') return rule === 'always'
    const contact = await this.#needs.contacts.find(account, peer.split('/', 1)[0] ?? '')
    return contact?.listed ?? false
  }

  #wasGiven(account: string, id: string): boolean {
    return /^[1-9]\d{0,14}$/.test(id) && Number(id) <= (this.#last.get(account) ?? 0)
  }

  #of(account: string): Kept[] {
    return this.#kept.get(account) ?? []
  }
}

function passes({ at, peer }: Kept, { end, start, with: other }: ArchiveFilter): boolean {
  const isOther = other === undefined || peer === other || peer.startsWith(`${other}/`)
  return isOther && (!start || at >= start) && (!end || at <= end)
}

function plain({ at, frame, id }: Kept): ArchivedMessage {
  return { id, frame, at }
}

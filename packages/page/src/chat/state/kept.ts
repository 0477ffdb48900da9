import type { Marks } from './conversation.ts'

/** What was sent and is not known to be there: sent again, or followed on, after a reload. */
export interface Outgoing {
  readonly id: string
  readonly to: string
  readonly replyTo?: string | undefined
  /** Milliseconds since 1970. */
  readonly since: number
  readonly text?: string | undefined
  readonly file?: OutgoingFile | undefined
}

export interface OutgoingFile {
  readonly kind: 'image' | 'audio' | 'video' | 'document' | 'file'
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly mediaType: string
  readonly caption: string
  /** Pixels. */
  readonly width?: number | undefined
  readonly height?: number | undefined
}

/**
 * What the page itself remembers of an account, in localStorage. Each thing has a key of its own, so that tabs do not
 * overwrite each other. A browser that keeps nothing (storage blocked or full) only forgets at a reload.
 */
export class Kept {
  readonly #prefix: string
  #isForgotten = false

  constructor(account: string) {
    this.#prefix = `sluice chat ${account} `
  }

  marksOf(jid: string): Marks {
    return (this.#get(`with ${jid}`) as Marks | undefined) ?? {}
  }

  keepMarks(jid: string, marks: Marks): void {
    this.#set(`with ${jid}`, marks)
  }

  /** With whom there was a conversation. */
  partners(): string[] {
    return this.#keys('with ')
  }

  outgoing(): Outgoing[] {
    const all = this.#keys('out ').map((id) => this.#get(`out ${id}`) as Outgoing)
    return all.sort((a, b) => a.since - b.since)
  }

  keepOutgoing(outgoing: Outgoing): void {
    this.#set(`out ${outgoing.id}`, outgoing)
  }

  dropOutgoing(id: string): void {
    localStorage.removeItem(`${this.#prefix}out ${id}`)
  }

  draftOf(jid: string): string {
    return (this.#get(`draft ${jid}`) as string | undefined) ?? ''
  }

  keepDraft(jid: string, text: string): void {
    if (text) this.#set(`draft ${jid}`, text)
    else localStorage.removeItem(`${this.#prefix}draft ${jid}`)
  }

  /** From now on nothing is kept, by what is still under way either. */
  forget(): void {
    this.#isForgotten = true
    for (const key of this.#keys('')) localStorage.removeItem(this.#prefix + key)
  }

  #keys(start: string): string[] {
    const prefix = this.#prefix + start
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
  }

  #get(key: string): unknown {
    return JSON.parse(localStorage.getItem(this.#prefix + key) ?? 'null') ?? undefined
  }

  #set(key: string, value: unknown): void {
    if (this.#isForgotten) return
    try {
      localStorage.setItem(this.#prefix + key, JSON.stringify(value))
    } catch {
      // Full: the page goes on, and forgets at a reload.
    }
  }
}

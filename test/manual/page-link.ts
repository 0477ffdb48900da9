import type { Chain, Facade } from '@sluice/client'
import type { Page } from 'playwright-core'
import { crossed, type News, type Order } from './page/crossing.ts'
import type { Driver } from './page/driver.ts'

declare const driver: Driver

type Listener = (value: unknown) => unknown

type PickedFile = { $file: string; name: string }

interface Picking {
  /** The files that are known, by what stands for them here. */
  readonly files: ReadonlyMap<unknown, PickedFile>
  /** Told what the page picks. */
  readonly onPick: (key: string) => void
}

/** A Blob that stays in its page. */
export interface RemoteBlob {
  sha256(): Promise<string>
}

/** The SDK in a page, called from here: calls, listeners and what they are told cross in their order. */
export class PageLink {
  readonly #page: Page
  readonly #files: Picking['files']
  readonly #onPick: Picking['onPick']
  readonly #listeners: Listener[] = []
  readonly #results = new Map<number, (value: unknown) => void>()
  readonly #blobs = new Map<number, RemoteBlob>()
  /** What listeners have thrown, by the message that the page knows it by. */
  readonly #thrown = new Map<string, unknown>()
  #calls = 0
  #batch: Order[] = []
  #turn: Promise<void> = Promise.resolve()
  #closed = false
  #unexpose = async () => {}

  private constructor(page: Page, { files, onPick }: Picking) {
    this.#page = page
    this.#files = files
    this.#onPick = onPick
  }

  static async open(page: Page, picking: Picking): Promise<PageLink> {
    const link = new PageLink(page, picking)
    const exposed = await page.exposeFunction('tell', (news: News) => link.#hear(news))
    link.#unexpose = () => exposed.dispose()
    return link
  }

  /** Nothing is ordered any more, and once `leave` has left the page nothing is heard. */
  async close(leave: () => Promise<void>): Promise<void> {
    this.#closed = true
    await leave()
    await this.#unexpose()
  }

  readonly sdk = new Proxy({} as Facade, {
    get: (_, name) => (name === 'then' ? undefined : (...args: unknown[]) => this.#call(String(name), args)),
  })

  held(messageId: string): Promise<number> {
    return this.#page.evaluate((id) => driver.held(id), messageId)
  }

  #call(name: string, args: unknown[]): Chain<unknown> {
    const id = this.#calls++
    this.#order({ call: name, id, args: args.map((arg) => this.#sent(arg)) })
    const result = new Promise<unknown>((resolve) => this.#results.set(id, resolve))
    const attach = (word: string) => (listener: Listener) => {
      this.#order({ attach: word, id, listener: this.#sent(listener) })
      return chain
    }
    const words = ['onPending', 'onResuming', 'onProgress', 'onSuccess', 'onError']
    const chain = Object.assign(result, Object.fromEntries(words.map((word) => [word, attach(word)])))
    return chain as unknown as Chain<unknown>
  }

  /** What is ordered in one task here happens in one there. */
  #order(order: Order): void {
    if (this.#batch.length === 0) setImmediate(() => this.#flush())
    this.#batch.push(order)
  }

  #flush(): void {
    const batch = this.#batch
    this.#batch = []
    this.#turn = this.#turn.then(async () => {
      const files: PickedFile[] = []
      crossed(batch, (part) => {
        if (isFile(part)) files.push(part)
        return undefined
      })
      for (const { $file } of files) this.#onPick($file)
      if (files.length > 0 && !this.#closed)
        await this.#page.evaluate((wanted) => driver.fetchFiles(wanted), files)
      // By now the page may be another device's.
      if (!this.#closed) await this.#page.evaluate((orders) => driver.obey(orders), batch)
    })
    // A device that is closed does nothing any more, and says nothing.
    this.#turn = this.#turn.catch((error: unknown) => {
      if (!this.#closed && !this.#page.isClosed()) throw error
    })
  }

  async #hear(news: News): Promise<void> {
    const value = this.#received(news.value)
    if ('result' in news) return this.#results.get(news.result)?.(value)
    try {
      await this.#listeners[news.listener]?.(value)
    } catch (error) {
      const name = `thrown ${this.#thrown.size}`
      this.#thrown.set(name, error)
      throw new Error(name)
    }
  }

  #sent(value: unknown): unknown {
    return crossed(value, (part) => {
      if (typeof part === 'function') return { $function: this.#listeners.push(part as Listener) - 1 }
      return this.#files.get(part)
    })
  }

  #received(value: unknown): unknown {
    return crossed(value, (part) => {
      if (typeof part !== 'object' || part === null) return undefined
      if ('$blob' in part) return this.#blob(Number(part.$blob))
      if ('$error' in part) return this.#thrown.get(String(part.$error)) ?? new Error(String(part.$error))
      return undefined
    })
  }

  /** The same one each time, as the page's is. */
  #blob(id: number): RemoteBlob {
    const held = this.#blobs.get(id) ?? {
      sha256: () => this.#page.evaluate((blob) => driver.sha256(blob), id),
    }
    this.#blobs.set(id, held)
    return held
  }
}

function isFile(part: unknown): part is PickedFile {
  return typeof part === 'object' && part !== null && '$file' in part
}

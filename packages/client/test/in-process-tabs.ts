import { Listeners } from '../src/listeners.ts'
import { logTo } from '../src/log.ts'
import type { OpenTabs, Release, Tabs } from '../src/tabs/tabs.ts'

/** Tabs of one process: clients that share a store in it are each other's tabs. */
export function inProcessTabs(): OpenTabs {
  const accounts = new Map<string, Hub>()
  return async (account) => {
    const hub = accounts.get(account) ?? new Hub()
    accounts.set(account, hub)
    return hub.enter()
  }
}

class Hub {
  readonly #locks = new Map<string, (() => void)[]>()
  readonly #open = new Map<object, Listeners<unknown>>()
  readonly #left: (() => void)[] = []

  enter(): Tabs {
    const self = {}
    const over = new AbortController()
    const posts = new Listeners<unknown>(logTo(undefined))
    const held = new Set<Release>()
    this.#open.set(self, posts)
    const own = (release: Release): Release => {
      const once = () => {
        if (held.delete(once)) release()
      }
      held.add(once)
      return once
    }
    return {
      posts,
      take: async (name) => {
        if (over.signal.aborted || this.#locks.has(name)) return undefined
        this.#locks.set(name, [])
        return own(() => this.#release(name))
      },
      wait: async (name, signal) => {
        await this.#wait(name, AbortSignal.any([signal, over.signal]))
        return own(() => this.#release(name))
      },
      post: (value) => {
        if (over.signal.aborted) return
        for (const [tab, others] of this.#open) {
          if (tab === self) continue
          const copy = copied(value)
          setTimeout(() => this.#open.has(tab) && others.emit(copy), 0)
        }
      },
      alone: async (signal) => {
        signal.throwIfAborted()
        while (this.#open.size > 1) {
          await new Promise<void>((resolve, reject) => {
            this.#left.push(resolve)
            signal.addEventListener('abort', () => reject(signal.reason), { once: true })
          })
        }
      },
      close: () => {
        over.abort(new Error('The tab has left'))
        this.#open.delete(self)
        for (const release of held) release()
        for (const tell of this.#left.splice(0)) tell()
      },
    }
  }

  async #wait(name: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const waiting = this.#locks.get(name)
    if (!waiting) return void this.#locks.set(name, [])
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        signal.removeEventListener('abort', abort)
        resolve()
      }
      const abort = () => {
        waiting.splice(waiting.indexOf(turn), 1)
        reject(signal.reason)
      }
      waiting.push(turn)
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  #release(name: string): void {
    const waiting = this.#locks.get(name)
    const next = waiting?.shift()
    if (next) next()
    else this.#locks.delete(name)
  }
}

/** As structuredClone, which in Node makes plain objects of Blobs. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (typeof value !== 'object' || value === null || value instanceof Blob || 'getFile' in value) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copied(each)]))
}

type Listener = (...values: never[]) => unknown

/**
 * Node's EventEmitter, as far as xmpp.js and ltx use it. The browser build has it in place of the `events` package, which
 * is four times as large.
 */
export class EventEmitter {
  #listeners = new Map<string, readonly { readonly called: Listener; readonly given: Listener }[]>()

  on(event: string, listener: Listener): this {
    return this.#add(event, listener, listener)
  }

  once(event: string, listener: Listener): this {
    const once = (...values: never[]) => {
      this.removeListener(event, listener)
      listener.apply(this, values)
    }
    return this.#add(event, once, listener)
  }

  addListener(event: string, listener: Listener): this {
    return this.on(event, listener)
  }

  removeListener(event: string, listener: Listener): this {
    const held = this.#listeners.get(event) ?? []
    const at = held.findLastIndex(({ given }) => given === listener)
    if (at >= 0) this.#listeners.set(event, held.toSpliced(at, 1))
    return this
  }

  listenerCount(event: string): number {
    return this.#listeners.get(event)?.length ?? 0
  }

  /** Calls who listens now, in order. Throws the value of an `error` that nobody hears. */
  emit(event: string, ...values: never[]): boolean {
    const held = this.#listeners.get(event) ?? []
    if (held.length === 0 && event === 'error') throw values[0]
    for (const { called } of held) called.apply(this, values)
    return held.length > 0
  }

  #add(event: string, called: Listener, given: Listener): this {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), { called, given }])
    return this
  }
}

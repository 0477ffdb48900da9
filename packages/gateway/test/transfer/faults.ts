export type Fault =
  | 'before' // it fails without having done anything
  | 'after' //  it is done, but the answer is lost
  | Promise<unknown> // it waits for this before it begins

type Method = (...args: never[]) => unknown
type MethodOf<T> = { [K in keyof T]: T[K] extends Method ? K : never }[keyof T]

/** A port whose next calls go wrong as a test wants it. */
export interface Faulty<T extends object> {
  readonly port: T
  /** The next calls of `method`, one fault each. */
  fail(method: MethodOf<T>, ...faults: Fault[]): void
  /** Every call of `method`, until `fail` or `heal`. */
  failAlways(method: MethodOf<T>, fault: 'before' | 'after'): void
  heal(): void
  /** True while a real call is under way. */
  isBusy(): boolean
  /** How often `method` was called. */
  calls(method: MethodOf<T>): number
}

export function faulty<T extends object>(real: T): Faulty<T> {
  const queues = new Map<PropertyKey, Fault[]>()
  const always = new Map<PropertyKey, 'before' | 'after'>()
  const counts = new Map<PropertyKey, number>()
  let underWay = 0
  const watch = (result: unknown) => {
    if (!(result instanceof Promise)) return result
    underWay++
    return result.finally(() => {
      underWay--
    })
  }
  const port = new Proxy(real, {
    get(target, name) {
      const value = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        counts.set(name, (counts.get(name) ?? 0) + 1)
        const fault = queues.get(name)?.shift() ?? always.get(name)
        const call = () => watch(Reflect.apply(value, target, args)) as Promise<unknown>
        return fault === undefined ? call() : gone(fault, call, String(name))
      }
    },
  })
  return {
    port,
    fail: (method, ...faults) => void queues.set(method, [...(queues.get(method) ?? []), ...faults]),
    failAlways: (method, fault) => void always.set(method, fault),
    heal: () => {
      queues.clear()
      always.clear()
    },
    isBusy: () => underWay > 0,
    calls: (method) => counts.get(method) ?? 0,
  }
}

async function gone(fault: Fault, call: () => Promise<unknown>, name: string): Promise<unknown> {
  if (typeof fault !== 'string') {
    await fault
    return await call()
  }
  if (fault === 'after') await call()
  throw new Error(`${name} failed as the test wants it, ${fault} it was done`)
}

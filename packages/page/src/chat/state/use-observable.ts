import { useSyncExternalStore } from 'preact/compat'
import type { Observable } from './observable.ts'

/** What `select` takes of the value, now and whenever it changes; it must give the same for the same value. */
export function useObservable<T>(observable: Observable<T>): T
export function useObservable<T, S>(observable: Observable<T>, select: (value: T) => S): S
export function useObservable<T, S>(observable: Observable<T>, select?: (value: T) => S): T | S {
  return useSyncExternalStore(observable.subscribe, () =>
    select ? select(observable.value) : observable.value,
  )
}

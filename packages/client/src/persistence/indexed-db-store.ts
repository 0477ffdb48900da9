import { loadPart } from '../load-part.ts'
import type { Store } from './store.ts'

/**
 * A store in the browser's IndexedDB, each account in a database of its own, shared by all tabs. Downloads are in it,
 * and go with it at logout. Where the browser gives no storage, or has no room, it goes on in memory and reports that.
 */
export function indexedDbStore(): Store {
  return {
    // Loaded when it is used: an app with a store of its own needs none of it.
    async open(account, report) {
      const { openIndexedDbAccount } = await loadPart(import('./indexed-db-account.ts'))
      return openIndexedDbAccount(account, report)
    },
  }
}

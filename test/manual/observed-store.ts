import type { AccountStore, Store } from '@sluice/client'

/** The store of one account, and a look into it. */
export function observedStore(store: Store): { store: Store; held(messageId: string): Promise<number> } {
  let opened: AccountStore | undefined
  return {
    store: {
      async open(account, report) {
        opened = await store.open(account, report)
        return opened
      },
    },
    async held(messageId) {
      if (!opened) throw new Error('The device was never connected')
      const part = await opened.part(messageId)
      await part.close()
      return part.size
    },
  }
}

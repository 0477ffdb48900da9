import { expect } from 'chai'
import { KeptEntry } from './kept-entry.ts'
import { openMemoryStore } from './memory-store.ts'

describe('an entry that several tabs write', () => {
  const entry = (
    store: Awaited<ReturnType<ReturnType<typeof openMemoryStore>['open']>>,
    value: unknown[],
  ) => {
    const kept = new KeptEntry({ store, table: 'seen', key: 'a', value: () => value, limit: 3 })
    kept.changed()
    return kept
  }

  it('holds what each of them put, each once, the newest of it', async () => {
    const store = await openMemoryStore({ isShared: true }).open('alice@example.org')
    await entry(store, ['one', 'both']).save()
    await entry(store, ['both', 'two']).save()
    expect(await store.get('seen', 'a')).to.deep.equal(['one', 'both', 'two'])
    await entry(store, ['three']).save()
    expect(await store.get('seen', 'a')).to.deep.equal(['both', 'two', 'three'])
  })

  it('is replaced where a store has one holder', async () => {
    const store = await openMemoryStore({}).open('alice@example.org')
    await entry(store, ['one']).save()
    await entry(store, ['two']).save()
    expect(await store.get('seen', 'a')).to.deep.equal(['two'])
  })
})

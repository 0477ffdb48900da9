import { expect } from 'chai'
import { indexedDbStore } from '../../../packages/client/src/persistence/indexed-db-store.ts'
import { memoryStore } from '../../../packages/client/src/persistence/memory-store.ts'
import { describeStore } from '../../../packages/client/src/persistence/store.contract.ts'
import { StorageFull } from '../../../packages/client/src/persistence/store.ts'

import type { FileHandle } from '../../../packages/client/src/transfers/file-source.ts'

describeStore('memory', async () => memoryStore())

async function freshIndexedDb() {
  for (const { name = '' } of await indexedDB.databases()) indexedDB.deleteDatabase(name)
  return indexedDbStore()
}

describeStore('IndexedDB', freshIndexedDb, { isShared: true, keepsFiles: true })

describe('IndexedDB without room', () => {
  const { put } = IDBObjectStore.prototype
  afterEach(() => {
    IDBObjectStore.prototype.put = put
  })

  it('remembers entries until the page is closed, and writes them again when it can', async () => {
    const store = await freshIndexedDb()
    const troubles: string[] = []
    const held = await store.open('alice@example.org', ({ code }) => troubles.push(code))
    await held.put('uploads', 'a', { n: 1 })
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    await held.put('uploads', 'a', { n: 2 })
    await held.put('uploads', 'b', { n: 3 })
    expect(troubles).to.deep.equal(['storage_full', 'storage_full'])
    expect(await held.get('uploads', 'a')).to.deep.equal({ n: 2 })
    expect(await held.entries('uploads')).to.deep.equal([
      ['a', { n: 2 }],
      ['b', { n: 3 }],
    ])
    await held.delete('uploads', 'b')
    expect(await held.get('uploads', 'b')).to.equal(undefined)
    IDBObjectStore.prototype.put = put
    await held.put('uploads', 'a', { n: 4 })
    await held.close()
    const later = await store.open('alice@example.org')
    expect(await later.entries('uploads')).to.deep.equal([['a', { n: 4 }]])
    await later.close()
  })

  it('keeps of a download what was there', async () => {
    const held = await (await freshIndexedDb()).open('alice@example.org')
    const part = await held.part('p')
    await part.append(new Uint8Array(300_000))
    const { durable } = part
    expect(durable).to.be.above(0)
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    const failure = await part.append(new Uint8Array(900_000)).catch((error) => error)
    expect(failure).to.be.instanceOf(StorageFull)
    await part.close()
    IDBObjectStore.prototype.put = put
    const later = await held.part('p')
    expect([later.size, later.durable]).to.deep.equal([durable, durable])
    await held.close()
  })

  it('uploads keep a handle when there is no room for a copy', async () => {
    const held = await (await freshIndexedDb()).open('alice@example.org')
    const folder = await navigator.storage.getDirectory()
    const handle = (await folder.getFileHandle('a.txt', { create: true })) as unknown as FileHandle
    const stays = IDBObjectStore.prototype.put
    IDBObjectStore.prototype.put = function (value, key) {
      if (value instanceof Blob) throw new DOMException('full', 'QuotaExceededError')
      return stays.call(this, value, key)
    }
    await held.files?.keep('a', { blob: new Blob(['bytes']), handle })
    expect(await held.files?.find('a')).to.be.instanceOf(FileSystemFileHandle)
    await held.close()
  })
})

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { describeBlobStore } from '../transfer/blob-store.contract.ts'
import { FilesystemBlobStore } from './filesystem-blob-store.ts'

async function openTemporaryStore() {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-blobs-'))
  const store = new FilesystemBlobStore({ directory: join(directory, 'deep', 'blobs') })
  await store.open()
  return {
    store,
    directory: join(directory, 'deep', 'blobs'),
    async tearDown() {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
}

describeBlobStore('filesystem', openTemporaryStore)

describe('FilesystemBlobStore', () => {
  it('lists what a crash left half written, so that a sweep can remove it', async () => {
    const { store, directory, tearDown } = await openTemporaryStore()
    await store.put('ab/0-1', [Buffer.from('whole')])
    await writeFile(join(directory, 'ab', '5-2.part'), 'ha')
    const keys: string[] = []
    for await (const { key } of store.list('ab/')) keys.push(key)
    expect(keys.sort()).to.deep.equal(['ab/0-1', 'ab/5-2.part'])
    await store.remove(keys)
    expect(await readdir(directory)).to.deep.equal([])
    await tearDown()
  })

  it('leaves no file behind when a put is aborted in its middle', async () => {
    const { store, directory, tearDown } = await openTemporaryStore()
    await store.put('ab/0-1', [Buffer.from('x')])
    const controller = new AbortController()
    const buffers = Array.from({ length: 3000 }, () => Buffer.alloc(1024))
    // Read by the store only when it writes its first vector of buffers: the abort falls between two of them.
    Object.defineProperty(buffers, 'filter', {
      value: (...args: Parameters<typeof buffers.filter>) => {
        setImmediate(() => controller.abort(new Error('stop')))
        return Array.prototype.filter.apply(buffers, args)
      },
    })
    const failure = await store.put('ab/1-2', buffers, controller.signal).catch((error: unknown) => error)
    expect(failure).to.have.property('message', 'stop')
    expect(await readdir(join(directory, 'ab'))).to.deep.equal(['0-1'])
    await tearDown()
  })

  it('cannot be opened where a file is in the way', async () => {
    const { directory, tearDown } = await openTemporaryStore()
    await writeFile(join(directory, 'file'), '')
    const store = new FilesystemBlobStore({ directory: join(directory, 'file') })
    expect(await store.open().catch((error: unknown) => error)).to.be.instanceOf(Error)
    await tearDown()
  })
})

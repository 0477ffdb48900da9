import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { BlobMissing, type BlobStore } from './blob-store.ts'

interface BlobStoreFixture {
  /** Opened. */
  readonly store: BlobStore
  tearDown(): Promise<void>
}

/** Every duty of {@link BlobStore}; an adapter's test is one call of this. */
export function describeBlobStore(
  name: string,
  setUp: (context: Mocha.Context) => Promise<BlobStoreFixture>,
) {
  describe(`${name} as a blob store`, () => {
    let fixture: BlobStoreFixture
    let store: BlobStore

    before(async function () {
      fixture = await setUp(this)
      store = fixture.store
    })

    after(() => fixture?.tearDown())

    it('gives back the bytes of many buffers in their order', async () => {
      const buffers = Array.from({ length: 1500 }, (_, index) => randomBytes(index % 7 === 0 ? 0 : index))
      const key = newKey()
      await store.put(key, [...buffers, new Uint8Array(0)])
      const bytes = Buffer.concat(buffers)
      expect((await readAll(store, key, bytes.length)).equals(bytes)).to.equal(true)
      expect(await store.length(key)).to.equal(bytes.length)
    })

    it('keeps the bytes of a view apart from the rest of its memory', async () => {
      const memory = randomBytes(4096)
      const key = newKey()
      await store.put(key, [new Uint8Array(memory.buffer, memory.byteOffset + 100, 50)])
      expect((await readAll(store, key, 50)).equals(memory.subarray(100, 150))).to.equal(true)
      expect(await store.length(key)).to.equal(50)
    })

    it('stores 8 MiB and reads any range of it', async () => {
      const buffers = Array.from({ length: 128 }, () => randomBytes(64 * 1024))
      const bytes = Buffer.concat(buffers)
      const key = newKey()
      await store.put(key, buffers)
      const ranges = [
        [0, bytes.length],
        [0, 1],
        [bytes.length - 1, bytes.length],
        [65_535, 65_537],
        [1_000_003, 5_000_011],
        [7, 7],
        [bytes.length, bytes.length],
      ] as const
      for (const [start, stop] of ranges) {
        const part = await readAll(store, key, stop, start)
        expect(part.equals(bytes.subarray(start, stop)), `[${start}, ${stop})`).to.equal(true)
      }
    })

    it('fails when a range goes past the end, after the bytes that there are', async () => {
      const key = newKey()
      await store.put(key, [Buffer.from('hello')])
      expect(await failureOf(readAll(store, key, 6))).to.be.instanceOf(Error)
      expect(await failureOf(readAll(store, key, 20, 10))).to.be.instanceOf(Error)
    })

    it('says BlobMissing, with the key, of an object that is not there', async () => {
      const key = newKey()
      const failure = await failureOf(readAll(store, key, 1))
      expect(failure).to.be.instanceOf(BlobMissing)
      expect(failure).to.have.property('key', key)
      expect(await store.length(key)).to.equal(undefined)
    })

    it('can be left in the middle of a read any number of times', async () => {
      const key = newKey()
      await store.put(key, [randomBytes(2 * 1024 * 1024)])
      for (let times = 0; times < 50; times++) {
        for await (const bytes of store.read(key, 0, 2 * 1024 * 1024)) {
          expect(bytes.byteLength).to.be.greaterThan(0)
          break
        }
      }
      expect(await readAll(store, key, 10)).to.have.length(10)
    })

    it('does not begin what is already aborted', async () => {
      const key = newKey()
      const aborted = AbortSignal.abort(new Error('stop'))
      expect(await failureOf(store.put(key, [Buffer.from('x')], aborted))).to.have.property('message', 'stop')
      expect(await store.length(key)).to.equal(undefined)
      await store.put(key, [Buffer.from('x')])
      expect(await failureOf(readAll(store, key, 1, 0, aborted))).to.be.instanceOf(Error)
    })

    it('breaks a read off when it is aborted', async () => {
      const key = newKey()
      const size = 8 * 1024 * 1024
      await store.put(key, [randomBytes(size)])
      const controller = new AbortController()
      let seen = 0
      const reading = (async () => {
        for await (const bytes of store.read(key, 0, size, controller.signal)) {
          seen += bytes.byteLength
          controller.abort(new Error('stop'))
        }
      })()
      expect(await failureOf(reading)).to.be.instanceOf(Error)
      expect(seen).to.be.lessThan(size)
    })

    it('leaves nothing or the whole object when a put is aborted', async () => {
      const key = newKey()
      const controller = new AbortController()
      const putting = store.put(key, [randomBytes(8 * 1024 * 1024)], controller.signal)
      setImmediate(() => controller.abort(new Error('stop')))
      const failure = await failureOf(putting)
      const length = await store.length(key)
      if (failure === undefined) expect(length).to.equal(8 * 1024 * 1024)
      else expect(length).to.be.oneOf([undefined, 8 * 1024 * 1024])
    })

    it('removes objects, and again, and some that never were', async () => {
      const keys = [newKey(), newKey(), newKey()]
      for (const key of keys) await store.put(key, [Buffer.from('x')])
      const [kept = '', ...gone] = keys
      await store.remove([...gone, newKey()])
      await store.remove(gone)
      await store.remove([])
      expect(await Promise.all(gone.map((key) => store.length(key)))).to.deep.equal([undefined, undefined])
      expect(await store.length(kept)).to.equal(1)
    })

    it('stores under an upload again after all its objects were removed', async () => {
      const uploadId = randomUUID()
      for (const offset of [0, 1, 2]) {
        await store.put(`${uploadId}/${offset}-aa`, [Buffer.from('x')])
        await store.remove([`${uploadId}/${offset}-aa`])
      }
      expect(await keysOf(store, `${uploadId}/`)).to.deep.equal([])
    })

    it('lists more than 1000 objects by prefix, with their lengths and times', async () => {
      const uploadId = randomUUID()
      const other = newKey()
      await store.put(other, [Buffer.from('x')])
      const keys = Array.from({ length: 1050 }, (_, index) => `${uploadId}/${index}-abc`)
      for (let at = 0; at < keys.length; at += 50) {
        await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, [Buffer.from('four')])))
      }
      expect(await keysOf(store, `${uploadId}/`)).to.deep.equal([...keys].sort())
      expect(await keysOf(store, `${uploadId}/104`)).to.have.length(11)
      expect(await keysOf(store, '')).to.include.members([other, ...keys])
      for await (const object of store.list(`${uploadId}/7-`)) {
        expect(object.length).to.equal(4)
        expect(Math.abs(object.modifiedAt.getTime() - Date.now())).to.be.lessThan(60_000)
      }
      await store.remove(keys)
      expect(await keysOf(store, `${uploadId}/`)).to.deep.equal([])
    })

    it('takes many puts and reads at once', async () => {
      const uploadId = randomUUID()
      await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          const bytes = randomBytes(50_000 + index)
          const key = `${uploadId}/${index}-abc`
          await store.put(key, [bytes.subarray(0, 10_000), bytes.subarray(10_000)])
          expect((await readAll(store, key, bytes.length)).equals(bytes)).to.equal(true)
        }),
      )
    })

    it('refuses a key that is not of its form', async () => {
      for (const key of ['../x/0-a', 'a/../b', '/etc/passwd', 'a', 'a/b/c', 'A/0-a', 'a/.', '']) {
        expect(await failureOf(store.put(key, [Buffer.from('x')])), `put ${key}`).to.be.instanceOf(Error)
        expect(await failureOf(readAll(store, key, 1)), `read ${key}`).to.be.instanceOf(Error)
        expect(await failureOf(store.remove([key])), `remove ${key}`).to.be.instanceOf(Error)
      }
    })

    it('answers a check', async () => {
      await store.check(AbortSignal.timeout(5_000))
    })
  })
}

function newKey(): string {
  return `${randomUUID()}/0-${randomBytes(6).toString('hex')}`
}

async function readAll(store: BlobStore, key: string, stop: number, start = 0, signal?: AbortSignal) {
  const parts: Uint8Array[] = []
  for await (const bytes of store.read(key, start, stop, signal)) parts.push(bytes)
  return Buffer.concat(parts)
}

async function keysOf(store: BlobStore, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys.sort()
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

import { expect } from 'chai'
import { type AccountStore, type Store, StoreBusy } from './store.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const held: BlobPart[] = []
  for await (const chunk of chunks) held.push(Uint8Array.from(chunk))
  return new Blob(held).text()
}

async function partSize(store: AccountStore): Promise<number> {
  const part = await store.part('p')
  await part.close()
  return part.size
}

/** What every store must do, and what those do besides that several tabs hold or that keep files. `fresh`: an empty one. */
export function describeStore(
  name: string,
  fresh: () => Promise<Store>,
  { isShared = false, keepsFiles = false }: { isShared?: boolean; keepsFiles?: boolean } = {},
): void {
  describe(`the ${name} store`, () => {
    const account = 'alice@example.org'

    it('gives back what was put, the last of several, to a later holder too', async () => {
      const store = await fresh()
      const first = await store.open(account)
      await Promise.all([first.put('uploads', 'a/../b', { n: 1 }), first.put('uploads', 'a/../b', { n: 2 })])
      await first.put('uploads', 'c', [3])
      await first.delete('uploads', 'c')
      await first.delete('uploads', 'never there')
      await first.close()
      const later = await store.open(account)
      expect(await later.get('uploads', 'a/../b')).to.deep.equal({ n: 2 })
      expect(await later.get('uploads', 'c')).to.equal(undefined)
      expect(await later.get('media', 'a/../b')).to.equal(undefined)
      expect(await later.entries('uploads')).to.deep.equal([['a/../b', { n: 2 }]])
      await later.close()
    })

    it('keeps what was put, whatever becomes of the object', async () => {
      const store = await (await fresh()).open(account)
      const value = { n: 1 }
      await store.put('uploads', 'a', value)
      value.n = 2
      expect(await store.get('uploads', 'a')).to.deep.equal({ n: 1 })
      await store.close()
    })

    it('shows one account nothing of another', async () => {
      const store = await fresh()
      const alice = await store.open(account)
      const bob = await store.open('bob@example.org')
      await alice.put('uploads', 'a', 1)
      expect(await bob.get('uploads', 'a')).to.equal(undefined)
      expect(await bob.entries('uploads')).to.deep.equal([])
      await Promise.all([alice.close(), bob.close()])
    })

    if (isShared)
      it('lets several hold it at once and see the same', async () => {
        const store = await fresh()
        const first = await store.open(account)
        const second = await store.open(account)
        expect(first.isShared).to.equal(true)
        await first.put('uploads', 'a', 1)
        expect(await second.get('uploads', 'a')).to.equal(1)
        await second.close()
        expect(await first.entries('uploads')).to.deep.equal([['a', 1]])
        await first.close()
      })
    else
      it('has one holder at a time', async () => {
        const store = await fresh()
        const held = await store.open(account)
        expect(held.isShared ?? false).to.equal(false)
        expect(await store.open(account).catch((error) => error)).to.be.instanceOf(StoreBusy)
        await held.close()
        await (await store.open(account)).close()
      })

    it('keeps a part for later and appends to it', async () => {
      const store = await (await fresh()).open(account)
      const part = await store.part('p')
      expect(part.size).to.equal(0)
      await part.append(bytesOf('hello '))
      expect(part.size).to.equal(6)
      expect(part.durable).to.be.within(0, 6)
      await part.close()
      const later = await store.part('p')
      expect(later.size).to.equal(6)
      expect(later.durable).to.equal(6)
      await later.append(bytesOf('world'))
      expect(await textOf(later.read(4, 7))).to.equal('o w')
      expect(await textOf(later.read(5, 5))).to.equal('')
      await later.reset()
      expect(later.size).to.equal(0)
      await later.append(bytesOf('again'))
      expect(await textOf(later.read(0, 5))).to.equal('again')
      await later.drop()
      expect(await partSize(store)).to.equal(0)
      await store.close()
    })

    it('takes bytes that their owner uses again, and gives some that the reader may use', async () => {
      const store = await (await fresh()).open(account)
      const part = await store.part('p')
      const chunk = new Uint8Array(70_000)
      for (let round = 0; round < 20; round++) await part.append(chunk.fill(round))
      for await (const bytes of part.read(0, part.size)) bytes.fill(255)
      let at = 0
      for await (const bytes of part.read(0, part.size))
        for (const byte of bytes)
          if (byte !== Math.floor(at++ / chunk.length)) expect.fail(`${at - 1}: ${byte}`)
      expect(at).to.equal(20 * chunk.length)
      await part.drop()
      await store.close()
    })

    it('turns a part into a finished download', async () => {
      const store = await (await fresh()).open(account)
      const part = await store.part('p')
      await part.append(bytesOf('done'))
      const kept = await part.finish({ name: 'a.txt', mediaType: 'text/plain' })
      expect(kept.size).to.equal(4)
      expect(await (await store.kept('p'))?.blob?.text()).to.equal('done')
      expect(await store.kept('q')).to.equal(undefined)
      expect(await partSize(store)).to.equal(0)
      await store.close()
    })

    it('forgets everything when told to', async () => {
      const held = await fresh()
      const store = await held.open(account)
      await store.put('uploads', 'a', 1)
      const part = await store.part('p')
      await part.append(bytesOf('part'))
      await part.close()
      await store.forget()
      expect(await store.entries('uploads')).to.deep.equal([])
      await store.close()
      const later = await held.open(account)
      expect(await later.entries('uploads')).to.deep.equal([])
      expect(await partSize(later)).to.equal(0)
      await later.close()
    })

    for (const end of ['forget', 'close'] as const) {
      it(`takes nothing more from who was told to ${end}, as what comes late`, async () => {
        const held = await fresh()
        const store = await held.open(account)
        await store.put('uploads', 'a', 1)
        const part = await store.part('p')
        const ending = store[end]()
        const late = [
          store.put('uploads', 'a', 2),
          store.delete('uploads', 'a'),
          store.part('q'),
          part.finish({ name: 'a.txt', mediaType: 'text/plain' }),
        ]
        const outcomes = await Promise.allSettled(late)
        expect(outcomes.map(({ status }) => status)).to.deep.equal(Array(4).fill('rejected'))
        await ending
        await store.close()
        const later = await held.open(account)
        expect(await later.get('uploads', 'a')).to.equal(end === 'forget' ? undefined : 1)
        expect(await later.kept('p')).to.equal(undefined)
        await later.close()
      })
    }

    if (keepsFiles)
      it('keeps the files of uploads until they are dropped', async () => {
        const held = await fresh()
        const store = await held.open(account)
        const { files } = store
        if (!files) throw new Error('It keeps no files')
        const found = async (id: string) => (await files.find(id)) as Blob | undefined
        await files.keep('a', { blob: new Blob(['first']) })
        await files.keep('a', { blob: new Blob(['second']) })
        await files.keep('b', { blob: new Blob(['other']) })
        await files.keep('c', {})
        expect(await (await found('a'))?.text()).to.equal('second')
        expect(await found('c')).to.equal(undefined)
        await files.drop('a')
        await files.drop('a')
        expect(await found('a')).to.equal(undefined)
        await store.delete('uploads', 'b')
        expect(await found('b')).to.equal(undefined)
        const late = files.keep('d', { blob: new Blob(['dropped while it is kept']) })
        await Promise.all([files.drop('d'), late])
        expect(await found('d')).to.equal(undefined)
        await files.keep('e', { blob: new Blob(['forgotten']) })
        await store.forget()
        await store.close()
        const later = await held.open(account)
        expect(await later.files?.find('e')).to.equal(undefined)
        await later.close()
      })

    it('forgets with a download where its file was put', async () => {
      const store = await (await fresh()).open(account)
      await store.put('downloads', 'p', 1)
      await (await store.part('p')).finish({ name: 'a.txt', mediaType: 'text/plain' })
      await store.delete('downloads', 'p')
      expect(await store.kept('p')).to.equal(undefined)
      await store.close()
    })
  })
}

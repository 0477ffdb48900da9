import { expect } from 'chai'
import type { OpenTabs, Tabs } from './tabs.ts'

const soon = () => AbortSignal.timeout(5_000)
const aborted = () => AbortSignal.abort(new Error('enough'))

/** What tabs must do. `die` is how one goes without a word; by default it closes. */
export function describeTabs(
  name: string,
  open: OpenTabs,
  die: (tabs: Tabs) => Promise<void> | void = (tabs) => tabs.close(),
): void {
  describe(`the tabs of an account, ${name}`, () => {
    let first: Tabs
    let second: Tabs
    beforeEach(async () => {
      const account = `${crypto.randomUUID()}@example.org`
      first = await open(account)
      second = await open(account)
    })
    afterEach(() => {
      first.close()
      second.close()
    })

    const said = (tabs: Tabs) => new Promise<unknown>((resolve) => tabs.posts.add(resolve))

    it('gives a lock to one at a time', async () => {
      const release = await first.take('a')
      expect(await second.take('a')).to.equal(undefined)
      expect(await second.take('b')).to.be.a('function')
      release?.()
      const again = await second.wait('a', soon())
      expect(await first.take('a')).to.equal(undefined)
      again()
      again()
    })

    it('gives a lock to who waits for it when its holder is gone', async () => {
      await first.take('a')
      const waiting = second.wait('a', soon())
      await die(first)
      await waiting
    })

    it('does not let one who only tries overtake one who waits', async () => {
      const release = await first.take('a')
      const waiting = second.wait('a', soon())
      expect(await second.take('a')).to.equal(undefined)
      release?.()
      await waiting
      expect(await first.take('a')).to.equal(undefined)
    })

    it('lets one stop waiting', async () => {
      await first.take('a')
      const failure = await second.wait('a', aborted()).catch((error: Error) => error.message)
      expect(failure).to.equal('enough')
    })

    it('passes on what is posted to all others, in order, with the files in it', async () => {
      const mine: unknown[] = []
      const theirs: unknown[] = []
      first.posts.add((value) => mine.push(value))
      const last = new Promise<{ file: Blob }>((resolve) => {
        second.posts.add((value) => {
          theirs.push(value)
          if ((value as { file?: Blob }).file) resolve(value as { file: Blob })
        })
      })
      const value = { n: 1 }
      first.post(value)
      value.n = 2
      first.post({ file: new Blob(['bytes']) })
      expect(await (await last).file.text()).to.equal('bytes')
      expect(theirs[0]).to.deep.equal({ n: 1 })
      expect(mine).to.deep.equal([])
    })

    it('shows one account nothing of another', async () => {
      const other = await open(`${crypto.randomUUID()}@example.org`)
      await first.take('a')
      const heard = said(second)
      other.post('other')
      first.post('own')
      expect(await heard).to.equal('own')
      expect(await other.take('a')).to.be.a('function')
      other.close()
    })

    it('says when no other tab is left', async () => {
      const early = await first.alone(aborted()).catch((error: Error) => error.message)
      expect(early).to.equal('enough')
      second.close()
      await first.alone(soon())
    })

    it('hears and holds nothing more once it has left', async () => {
      await first.take('a')
      first.close()
      first.close()
      first.post('late')
      second.post('late')
      const heard = said(second)
      const third = await open('somebody@example.org')
      third.close()
      await second.wait('a', soon())
      expect(await Promise.race([heard, Promise.resolve('nothing')])).to.equal('nothing')
    })
  })
}

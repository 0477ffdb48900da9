import { expect } from 'chai'
import type { Cast } from './cast.ts'
import { MIB } from './cast.ts'
import { D } from './observed.ts'

/** The table's rows about downloads. */
export function downloadRows(cast: () => Cast): void {
  describe('downloadMedia', () => {
    /** A download stopped halfway on Bob's device. */
    async function stopped(size = 4 * MIB) {
      const { receiver } = cast()
      const { id, file } = await cast().delivered(size)
      receiver.link.shape('down', 4 * MIB)
      const begun = cast().download(id)
      await begun.sent(0.5)
      const answer = await receiver.sdk.cancelMediaDownload(id)
      return { id, file, begun, answer }
    }

    it('with nothing held: onPending, then success with the very bytes', async () => {
      const { receiver, stage } = cast()
      const { id, file } = await cast().delivered()
      const run = cast().download(id)
      const { data } = await run.success
      expect(run.fired).to.deep.equal(['pending', 'success'])
      expect(await stage.sha256(receiver, data)).to.equal(file.sha256)
    })

    it('cancelled: 200 and 499 with the dot, neither success nor error', async () => {
      const { id, begun, answer } = await stopped()
      expect(answer).to.include({ statusCode: 200, message: `${D(id)} is cancelled.` })
      expect(await begun.result).to.include({ statusCode: 499, message: `${D(id)} is cancelled.` })
      expect(begun.fired).to.deep.equal(['pending'])
    })

    it('with a part held: onResuming, and the part is not fetched again', async () => {
      const { receiver, stage } = cast()
      const { id, file } = await stopped()
      const before = receiver.link.received
      const run = cast().download(id)
      const { data } = await run.success
      expect(run.fired).to.deep.equal(['resuming', 'success'])
      expect(receiver.link.received - before).to.be.below(3 * MIB)
      expect(await stage.sha256(receiver, data)).to.equal(file.sha256)
    })

    it('with a part held by a device that was reloaded: onResuming', async () => {
      const { receiver, bob, stage } = cast()
      const { id, file } = await stopped()
      await receiver.close()
      const reloaded = await cast().bobAgain(bob.username)
      const run = cast().download(id, reloaded)
      const { data } = await run.success
      expect(run.fired).to.deep.equal(['resuming', 'success'])
      expect(await stage.sha256(reloaded, data)).to.equal(file.sha256)
    })

    it('with a positional first callback and a part held: it fires once, with the id', async () => {
      const { receiver } = cast()
      const { id } = await stopped()
      receiver.link.shape('down', undefined)
      const started: string[] = []
      await receiver.sdk.downloadMedia(id, (msgId) => {
        started.push(msgId)
      })
      expect(started).to.deep.equal([id])
    })

    it('with a positional first callback and nothing held: it fires once, with the id', async () => {
      const { receiver } = cast()
      const { id } = await cast().delivered()
      const started: string[] = []
      const result = await receiver.sdk.downloadMedia(id, (msgId) => {
        started.push(msgId)
      })
      expect(result).to.include({ statusCode: 200 })
      expect(started).to.deep.equal([id])
    })

    it('already running: joins', async () => {
      const { receiver, stage } = cast()
      const { id, file } = await cast().delivered(2 * MIB)
      receiver.link.shape('down', 4 * MIB)
      const before = receiver.link.received
      const first = cast().download(id)
      await first.sent(0.2)
      const second = cast().download(id)
      const { data } = await second.success
      expect(await first.success).to.deep.equal(await second.success)
      expect(await stage.sha256(receiver, data)).to.equal(file.sha256)
      expect(receiver.link.received - before).to.be.below(2 * MIB + 128 * 1024)
    })

    it('twice in one task: both join one download of the very bytes', async () => {
      const { receiver, stage } = cast()
      const { id, file } = await cast().delivered(2 * MIB)
      const before = receiver.link.received
      const [first, second] = [cast().download(id), cast().download(id)]
      const { data } = await first.success
      expect((await second.success).data).to.deep.equal(data)
      expect(await stage.sha256(receiver, data)).to.equal(file.sha256)
      expect(receiver.link.received - before).to.be.below(2 * MIB + 128 * 1024)
      for (const { fired } of [first, second]) expect(fired).to.have.length(2).and.include('success')
    })

    it('already held: onSuccess at once, without the network', async () => {
      const { receiver } = cast()
      const { id } = await cast().delivered()
      const { data } = await cast().download(id).success
      receiver.link.cut()
      expect((await cast().download(id).success).data).to.deep.equal(data)
    })

    it('cancelled after success: 409; after error: 409; unknown: 404; empty: 400', async () => {
      const { receiver, stage, alice } = cast()
      const { id } = await cast().delivered()
      await cast().download(id).success
      const cancel = (msgId: string) => receiver.sdk.cancelMediaDownload(msgId)
      expect(await cancel(id)).to.include({ statusCode: 409, message: `${D(id)} is already completed` })
      expect(await cancel('')).to.include({ statusCode: 400, message: 'msgId is not valid or required' })
      expect(await cancel('nobody-knows')).to.include({
        statusCode: 404,
        message: `${D('nobody-knows')} is not found`,
      })
      const gone = await cast().delivered()
      await stage.deleteMedia(alice, gone.mediaId)
      await cast().download(gone.id).error
      expect(await cancel(gone.id)).to.include({
        statusCode: 409,
        message: `${D(gone.id)} has already failed`,
      })
    })

    it('cancelled offline: the same 200, and what is there is kept', async () => {
      const { receiver, stage } = cast()
      const { id, file } = await cast().delivered(4 * MIB)
      receiver.link.shape('down', 4 * MIB)
      const begun = cast().download(id)
      await begun.sent(0.4)
      receiver.link.cut()
      const cancelled = { statusCode: 200, message: `${D(id)} is cancelled.` }
      expect(await receiver.sdk.cancelMediaDownload(id)).to.include(cancelled)
      expect(await receiver.sdk.cancelMediaDownload(id)).to.include(cancelled)
      expect(await begun.result).to.include({ statusCode: 499, message: `${D(id)} is cancelled.` })
      expect(begun.fired).to.deep.equal(['pending'])
      const held = await receiver.held(id)
      expect(held).to.be.at.least(0.4 * file.size)
      receiver.link.restore()
      receiver.link.shape('down', undefined)
      const before = receiver.link.received
      const { data } = await cast().download(id).success
      expect(receiver.link.received - before).to.be.below(file.size - held + 128 * 1024)
      expect(await stage.sha256(receiver, data)).to.equal(file.sha256)
    })

    it('while a cancel settles: is queued behind it', async () => {
      const { receiver, stage } = cast()
      const { id, file } = await cast().delivered(2 * MIB)
      receiver.link.shape('down', 4 * MIB)
      const begun = cast().download(id)
      await begun.sent(0.3)
      const cancelling = receiver.sdk.cancelMediaDownload(id)
      const again = cast().download(id)
      expect(await cancelling).to.include({ statusCode: 200 })
      expect(await begun.result).to.include({ statusCode: 499 })
      const { data } = await again.success
      expect(await stage.sha256(receiver, data)).to.equal(file.sha256)
    })

    it('from another account: 404, the same as unknown', async () => {
      const { id } = await cast().delivered()
      const stranger = await cast().stranger()
      expect(await cast().download(id, stranger).error).to.include({
        statusCode: 404,
        message: `${D(id)} is not found`,
      })
      expect(await stranger.sdk.cancelMediaDownload(id)).to.include({
        statusCode: 404,
        message: `${D(id)} is not found`,
      })
    })

    it('of an unknown message: 404', async () => {
      expect(await cast().download('nobody-knows').error).to.include({
        statusCode: 404,
        message: `${D('nobody-knows')} is not found`,
      })
    })

    it('with an entity tag that changed: starts again at 0 and never appends', async () => {
      const { alice, bob, stage, receiver, inbox } = cast()
      const id = `foreign-${bob.username}`
      const link = await stage.foreignLink(alice, bob, id, 4 * MIB)
      await inbox.got(id)
      const begun = cast().download(id)
      await begun.sent(0.3)
      await receiver.sdk.cancelMediaDownload(id)
      link.change()
      const { data } = await cast().download(id).success
      expect(await stage.sha256(receiver, data)).to.equal(link.sha256())
      await link.close()
    })

    it('with bytes that do not match the hash: one more try from 0, then 422, and the part is deleted', async () => {
      const { receiver, stage } = cast()
      const { id, file } = await cast().delivered(2 * MIB)
      await stage.corruptMedia(id)
      receiver.link.shape('down', 4 * MIB)
      const begun = cast().download(id)
      await begun.sent(0.5)
      await receiver.sdk.cancelMediaDownload(id)
      const held = await receiver.held(id)
      expect(held).to.be.within(0.5 * file.size, file.size)
      receiver.link.shape('down', undefined)
      const before = receiver.link.received
      const run = cast().download(id)
      expect(await run.error).to.include({ statusCode: 422, message: `${D(id)} does not match its hash` })
      expect(run.fired).to.deep.equal(['resuming', 'error'])
      const bothTries = 2 * file.size - held
      expect(receiver.link.received - before).to.be.within(bothTries, bothTries + 0.5 * MIB)
      expect(await receiver.held(id)).to.equal(0)
      expect(await cast().download(id).error).to.include({ statusCode: 422 })
    })

    it('goes on by itself when the network was away', async () => {
      const { receiver, stage } = cast()
      const { id, file } = await cast().delivered(4 * MIB)
      receiver.link.shape('down', 4 * MIB)
      const run = cast().download(id)
      await run.sent(0.4)
      receiver.link.cut()
      receiver.link.restore()
      const { data } = await run.success
      expect(run.fired).to.deep.equal(['pending', 'success'])
      expect(await stage.sha256(receiver, data)).to.equal(file.sha256)
    })
  })
}

import { expect } from 'chai'
import type { Cast } from './cast.ts'
import { MIB } from './cast.ts'

/** The table's row about media that is no longer there. */
export function goneMediaRows(cast: () => Cast): void {
  describe('downloadMedia of media that is gone', () => {
    const gone = (id: string) => ({
      statusCode: 410,
      message: `Media for message-id ${id} is no longer available`,
    })

    /** Bob's download, stopped with a part held. */
    async function stop(id: string): Promise<void> {
      const { receiver } = cast()
      const begun = cast().download(id)
      await begun.sent(0.4)
      await receiver.sdk.cancelMediaDownload(id)
      expect(await receiver.held(id)).to.be.above(0)
    }

    async function isGoneForGood(id: string): Promise<void> {
      expect(await cast().download(id).error).to.include(gone(id))
      expect(await cast().receiver.held(id)).to.equal(0)
      expect(await cast().download(id).error).to.include(gone(id))
    }

    it('deleted: 410, and the part is dropped', async () => {
      const { alice, receiver, stage } = cast()
      const { id, mediaId } = await cast().delivered(4 * MIB)
      receiver.link.shape('down', 4 * MIB)
      await stop(id)
      await stage.deleteMedia(alice, mediaId)
      await isGoneForGood(id)
    })

    it('expired before all of it was sent: 410', async () => {
      const { alice, bob, stage, inbox } = cast()
      const id = `early-${bob.username}`
      await stage.earlyLink(alice, bob, id, 2 * MIB)
      await inbox.got(id)
      await stage.expireUpload(id)
      await isGoneForGood(id)
    })

    for (const status of [404, 410] as const) {
      it(`expired on a foreign server, which says ${status}: 410, and the part is dropped`, async () => {
        const { alice, bob, stage, inbox } = cast()
        const id = `foreign-${bob.username}`
        const link = await stage.foreignLink(alice, bob, id, 4 * MIB)
        await inbox.got(id)
        await stop(id)
        link.expire(status)
        await isGoneForGood(id)
        await link.close()
      })
    }
  })
}

import type { Message } from '@sluice/client'
import { expect } from 'chai'
import type { Cast } from './cast.ts'
import { MIB } from './cast.ts'
import { type Observed, U } from './observed.ts'

/** The table's rows about cancelling an upload whose bytes are all there. */
export function cancelFinishingUploadRows(cast: () => Cast): void {
  describe('cancelMediaUpload of an upload with all its bytes', () => {
    /** The message is withheld, wherever anybody looks, until one device resumes; then it comes once. */
    async function isWithheldAndThenSentOnce(id: string, sent: Observed<Message>): Promise<void> {
      const { inbox, sender } = cast()
      expect(await sent.result).to.include({ statusCode: 499, message: `${U(id)} is cancelled` })
      expect(sent.fired).to.deep.equal(['pending'])
      expect(await cast().gatewaySays(id, () => true)).to.include({ state: 'complete', delivery: 'withheld' })
      await cast().behind()
      expect(inbox.of(id)).to.deep.equal([])
      const other = await cast().aliceAgain()
      const before = other.link.sent
      expect(await cast().resume(id, other).success).to.include({ statusCode: 200 })
      expect(other.link.sent - before).to.be.below(64 * 1024)
      await inbox.got(id)
      expect((await cast().resume(id).success).data?.msgId).to.equal(id)
      await cast().behind(other)
      await cast().behind(sender)
      expect(inbox.of(id)).to.have.length(1)
    }

    /** The gateway has it whole, and the device, whose answer to the hash is held back, does not know. */
    async function processing(): Promise<{ id: string; sent: Observed<Message> }> {
      const { sender, stage } = cast()
      const sent = cast().send(await stage.file(4 * MIB))
      const id = await sent.id
      await sent.sent(0.1)
      await sender.link.hold('down', '<slot')
      await cast().gatewaySays(id, ({ state }) => state === 'complete')
      return { id, sent }
    }

    it('while processing: 200, the message is withheld on every device, and resume only sends it', async () => {
      const { sender } = cast()
      const { id, sent } = await processing()
      const cancelling = sender.sdk.cancelMediaUpload(id)
      await cast().gatewaySays(id, ({ delivery }) => delivery === 'withheld')
      sender.link.release('down')
      expect(await cancelling).to.include({ statusCode: 200, message: `${U(id)} is cancelled` })
      await isWithheldAndThenSentOnce(id, sent)
    })

    it('while processing, from another device: 200, and the run of the first resolves with 499', async () => {
      const { sender } = cast()
      const { id, sent } = await processing()
      const other = await cast().aliceAgain()
      expect(await other.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 200,
        message: `${U(id)} is cancelled`,
      })
      sender.link.release('down')
      await isWithheldAndThenSentOnce(id, sent)
    })

    it('while sending but unclaimed: 200, the message is withheld on every device, and resume only sends it', async () => {
      const { sender, stage } = cast()
      const claim = sender.link.hold('up', '<claim')
      const sent = cast().send(await stage.file(MIB))
      const id = await sent.id
      await claim
      expect(await cast().gatewaySays(id, () => true)).to.include({ delivery: 'unsent' })
      const cancelling = sender.sdk.cancelMediaUpload(id)
      sender.link.cut()
      expect(await cancelling).to.include({ statusCode: 200, message: `${U(id)} is cancelled` })
      sender.link.restore()
      await cast().gatewaySays(id, ({ delivery }) => delivery === 'withheld')
      await isWithheldAndThenSentOnce(id, sent)
    })

    it('claimed and on the wire: 409, and success stands', async () => {
      const { sender, stage, inbox } = cast()
      const written = sender.link.hold('up', '<message')
      const sent = cast().send(await stage.file(MIB))
      const id = await sent.id
      await written
      expect(await sender.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 409,
        message: `${U(id)} is already completed`,
      })
      sender.link.release('up')
      expect(await sent.result).to.include({ statusCode: 200 })
      expect(sent.fired).to.deep.equal(['pending', 'success'])
      await inbox.got(id)
    })

    it('claimed and on the wire of another device: 409, and its success stands', async () => {
      const { sender, stage, inbox } = cast()
      const file = await stage.file(2 * MIB)
      const sent = cast().send(file)
      const id = await sent.id
      await sent.sent(0.3)
      await sender.sdk.cancelMediaUpload(id)
      const other = await cast().aliceAgain()
      const written = other.link.hold('up', '<message')
      const resumed = cast().resume(id, other, file)
      await written
      expect(await sender.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 409,
        message: `${U(id)} is already completed`,
      })
      other.link.release('up')
      expect(await resumed.result).to.include({ statusCode: 200 })
      await inbox.got(id)
      await cast().behind(other)
      await cast().behind()
      expect(inbox.of(id)).to.have.length(1)
    })

    it('with its message at the receiver but not acknowledged: 409, and success stands', async () => {
      const { sender, stage, inbox } = cast()
      const written = sender.link.hold('up', '<message')
      const sent = cast().send(await stage.file(MIB))
      const id = await sent.id
      await written
      void sender.link.hold('down', '')
      sender.link.release('up')
      await inbox.got(id)
      expect(await sender.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 409,
        message: `${U(id)} is already completed`,
      })
      expect(sent.fired).to.deep.equal(['pending'])
      sender.link.release('down')
      expect(await sent.result).to.include({ statusCode: 200 })
      expect(sent.fired).to.deep.equal(['pending', 'success'])
      await cast().behind()
      expect(inbox.of(id)).to.have.length(1)
    })

    it('after success: 409, and success stands', async () => {
      const { id } = await cast().delivered()
      expect(await cast().sender.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 409,
        message: `${U(id)} is already completed`,
      })
      expect(await cast().resume(id).result).to.include({ statusCode: 200 })
    })
  })
}

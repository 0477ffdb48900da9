import { expect } from 'chai'
import type { Cast } from './cast.ts'
import { MIB } from './cast.ts'
import { U } from './observed.ts'

/** The table's rows about cancelling an upload. */
export function cancelUploadRows(cast: () => Cast): void {
  describe('cancelMediaUpload', () => {
    it('online: answers 200, fires neither success nor error, and the run resolves with 499', async () => {
      const { sender, stage, inbox } = cast()
      const sent = cast().send(await stage.file(2 * MIB))
      const id = await sent.id
      await sent.sent(0.4)
      expect(await sender.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 200,
        message: `${U(id)} is cancelled`,
      })
      expect(await sent.result).to.include({ statusCode: 499, message: `${U(id)} is cancelled` })
      await cast().gatewaySays(id, ({ state }) => state === 'cancelled')
      await cast().behind()
      expect(sent.fired).to.deep.equal(['pending'])
      expect(inbox.of(id)).to.deep.equal([])
    })

    it('offline: answers the same 200 without the server, which learns of it on reconnect', async () => {
      const { sender, stage } = cast()
      const sent = cast().send(await stage.file(4 * MIB))
      const id = await sent.id
      await sent.sent(0.4)
      sender.link.cut()
      expect(await sender.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 200,
        message: `${U(id)} is cancelled`,
      })
      expect(await sent.result).to.include({ statusCode: 499, message: `${U(id)} is cancelled` })
      const unaware = await cast().gatewaySays(id, () => true)
      expect(unaware.state).not.to.equal('cancelled')
      sender.link.restore()
      const aware = await cast().gatewaySays(id, ({ state }) => state === 'cancelled')
      expect(aware.committed).to.be.at.least(unaware.committed)
      expect(sent.fired).to.deep.equal(['pending'])
      expect(await cast().resume(id).result).to.include({ statusCode: 200 })
    })

    it('before pending fired (own msgId): 200, pending still fires first, and no byte is sent', async () => {
      const { sender, stage, inbox } = cast()
      const id = 'cancelled-before-pending'
      const before = sender.link.sent
      const sent = cast().send(await stage.file(2 * MIB), { msgId: id })
      expect(await sender.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 200,
        message: `${U(id)} is cancelled`,
      })
      expect(await sent.id).to.equal(id)
      expect(await sent.result).to.include({ statusCode: 499 })
      expect(sent.fired).to.deep.equal(['pending'])
      await cast().behind()
      expect(sender.link.sent - before).to.be.below(64 * 1024)
      expect(inbox.of(id)).to.deep.equal([])
    })

    it('during the offer: 200 at once, no byte is sent, and the late slot is cancelled', async () => {
      const { sender, stage } = cast()
      const answered = sender.link.hold('down', '<slot')
      const before = sender.link.sent
      const sent = cast().send(await stage.file(2 * MIB))
      const id = await sent.id
      await answered
      expect(await sender.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 200,
        message: `${U(id)} is cancelled`,
      })
      expect(await sent.result).to.include({ statusCode: 499 })
      expect(await cast().gatewaySays(id, () => true)).to.include({ state: 'offered' })
      sender.link.release('down')
      const late = await cast().gatewaySays(id, ({ state }) => state === 'cancelled')
      expect(late).to.include({ received: 0, committed: 0 })
      expect(sender.link.sent - before).to.be.below(64 * 1024)
      expect(sent.fired).to.deep.equal(['pending'])
      expect(await cast().resume(id).result).to.include({ statusCode: 200 })
    })

    it('twice: the same 200', async () => {
      const { sender, stage } = cast()
      const sent = cast().send(await stage.file(2 * MIB))
      const id = await sent.id
      await sent.sent(0.2)
      const first = await sender.sdk.cancelMediaUpload(id)
      const second = await sender.sdk.cancelMediaUpload(id)
      expect(second).to.deep.equal(first)
    })

    it('after error: 409', async () => {
      const { stage, sender } = cast()
      const sent = cast().send(await stage.file(stage.maxUploadBytes + 1))
      const id = await sent.id
      await sent.error
      expect(await sender.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 409,
        message: `${U(id)} has already failed`,
      })
    })

    it('with an empty id: 400', async () => {
      expect(await cast().sender.sdk.cancelMediaUpload('')).to.include({
        statusCode: 400,
        message: 'msgId is not valid or required',
      })
    })

    it('with an unknown id: 404', async () => {
      expect(await cast().sender.sdk.cancelMediaUpload('nobody-knows')).to.include({
        statusCode: 404,
        message: `${U('nobody-knows')} is not found`,
      })
    })

    it('from another account: 404, the same as unknown', async () => {
      const { receiver, stage } = cast()
      const sent = cast().send(await stage.file(2 * MIB))
      const id = await sent.id
      await sent.sent(0.2)
      expect(await receiver.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 404,
        message: `${U(id)} is not found`,
      })
      expect(await sent.result).to.include({ statusCode: 200 })
    })
  })
}

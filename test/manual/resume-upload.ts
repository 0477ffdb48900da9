import { expect } from 'chai'
import type { Cast } from './cast.ts'
import { MIB, OVERHEAD } from './cast.ts'
import { Inbox, U } from './observed.ts'

/** The table's rows about resuming an upload. */
export function resumeUploadRows(cast: () => Cast): void {
  describe('resumeMediaUpload', () => {
    it('goes on where the cancel stopped: no committed byte is sent again', async () => {
      const { sender, stage, inbox } = cast()
      const sent = cast().send(await stage.file(8 * MIB))
      const id = await sent.id
      await sent.committed(2 * MIB)
      await sender.sdk.cancelMediaUpload(id)
      sender.link.endHttp()
      const before = sender.link.sent
      const resumed = cast().resume(id)
      expect(await resumed.success).to.include({ statusCode: 200 })
      expect(resumed.fired).to.deep.equal(['resuming', 'success'])
      expect(resumed.wentOnAt).to.be.at.least(2 * MIB)
      expect(sender.link.sent - before).to.be.below(8 * MIB - resumed.wentOnAt + OVERHEAD)
      await inbox.got(id)
    })

    it('while running: joins, and both get the same outcome', async () => {
      const { stage, inbox } = cast()
      const sent = cast().send(await stage.file(2 * MIB))
      const id = await sent.id
      await sent.sent(0.2)
      const joined = cast().resume(id)
      expect(await joined.resuming).to.equal(id)
      expect(await joined.success).to.deep.equal(await sent.success)
      await inbox.got(id)
      expect(inbox.of(id)).to.have.length(1)
    })

    it('twice in one task, on another device with {file}: both join one upload of the very bytes', async () => {
      const { sender, receiver, stage, inbox } = cast()
      const file = await stage.file(8 * MIB)
      const sent = cast().send(file)
      const id = await sent.id
      await sent.committed(2 * MIB)
      await sender.sdk.cancelMediaUpload(id)
      sender.link.endHttp()
      const other = await cast().aliceAgain()
      const before = other.link.sent
      const runs = [cast().resume(id, other, file), cast().resume(id, other, file)] as const
      expect(await runs[0].success).to.deep.equal(await runs[1].success)
      for (const run of runs) {
        expect(run.fired).to.deep.equal(['resuming', 'success'])
        expect(await run.resuming).to.equal(id)
      }
      expect(other.link.sent - before).to.be.below(6 * MIB + OVERHEAD)
      await inbox.got(id)
      const { data } = await cast().download(id).success
      expect(await stage.sha256(receiver, data)).to.equal(file.sha256)
      await cast().behind(other)
      expect(inbox.of(id)).to.have.length(1)
    })

    it('while a cancel settles: is queued behind it', async () => {
      const { sender, stage } = cast()
      const sent = cast().send(await stage.file(2 * MIB))
      const id = await sent.id
      await sent.sent(0.3)
      const cancelling = sender.sdk.cancelMediaUpload(id)
      const resumed = cast().resume(id)
      expect(await cancelling).to.include({ statusCode: 200 })
      expect(await sent.result).to.include({ statusCode: 499 })
      expect(await resumed.success).to.include({ statusCode: 200 })
    })

    it('after success: the stored result, and no second message', async () => {
      const { inbox } = cast()
      const { id } = await cast().delivered()
      const again = cast().resume(id)
      const result = await again.success
      expect(result.statusCode).to.equal(200)
      expect(result.data?.msgId).to.equal(id)
      await cast().behind()
      expect(inbox.of(id)).to.have.length(1)
    })

    for (const [title, isGone] of [
      ['the same, on the device that was cancelled', false],
      ['the same, also when the file is gone by now', true],
    ] as const) {
      it(`after success elsewhere: ${title}`, async () => {
        const { sender, stage, inbox } = cast()
        const file = await stage.file(4 * MIB)
        const sent = cast().send(file)
        const id = await sent.id
        await sent.sent(0.3)
        await sender.sdk.cancelMediaUpload(id)
        const other = await cast().aliceAgain()
        expect(await cast().resume(id, other, file).result).to.include({ statusCode: 200 })
        if (isGone) await stage.removeFile(file)
        const before = sender.link.sent
        const again = cast().resume(id)
        const result = await again.result
        expect(result).to.include({ statusCode: 200 })
        expect(result.data?.msgId).to.equal(id)
        expect(again.fired).to.deep.equal(['resuming', 'success'])
        expect(sender.link.sent - before).to.be.below(64 * 1024)
        await inbox.got(id)
        await cast().behind(other)
        await cast().behind()
        expect(inbox.of(id)).to.have.length(1)
      })
    }

    it('while the network is away: joins, and goes on when it is back', async () => {
      const { sender, stage, inbox } = cast()
      const sent = cast().send(await stage.file(4 * MIB))
      const id = await sent.id
      await sent.sent(0.3)
      sender.link.cut()
      const resumed = cast().resume(id)
      await resumed.resuming
      sender.link.restore()
      expect(await resumed.success).to.deep.equal(await sent.success)
      await inbox.got(id)
    })

    it('after a retryable failure, here without the file: goes on with {file}, and no committed byte goes again', async () => {
      const { sender, stage, inbox } = cast()
      const file = await stage.file(8 * MIB)
      const sent = cast().send(file)
      const id = await sent.id
      await sent.committed(2 * MIB)
      await sender.sdk.cancelMediaUpload(id)
      sender.link.endHttp()
      const other = await cast().aliceAgain()
      const failed = cast().resume(id, other)
      expect(await failed.error).to.include({ statusCode: 412, code: 'file_required', retryable: true })
      expect(failed.fired).to.deep.equal(['resuming', 'error'])
      expect(await other.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 409,
        message: `${U(id)} has already failed`,
      })
      const before = other.link.sent
      const resumed = cast().resume(id, other, file)
      expect(await resumed.success).to.include({ statusCode: 200 })
      expect(resumed.fired).to.deep.equal(['resuming', 'success'])
      expect(resumed.wentOnAt).to.be.at.least(2 * MIB)
      expect(other.link.sent - before).to.be.below(6 * MIB + OVERHEAD)
      await inbox.got(id)
    })

    it('after the message came back: the upload was kept, and only the message goes out again', async () => {
      const { sender, stage } = cast()
      const newcomer = stage.newcomer()
      const file = await stage.file(2 * MIB)
      const sent = cast().send(file, { to: newcomer.jid })
      const id = await sent.id
      expect(await sent.error).to.include({ code: 'bounced', retryable: true })
      expect(sent.fired).to.deep.equal(['pending', 'error'])
      const inbox = new Inbox()
      const account = await newcomer.arrive()
      const arrived = await stage.device(account, { listeners: { messageListener: inbox.listener } })
      const before = sender.link.sent
      const resumed = cast().resume(id)
      expect(await resumed.success).to.include({ statusCode: 200 })
      expect(resumed.fired).to.deep.equal(['resuming', 'success'])
      expect(sender.link.sent - before).to.be.below(64 * 1024)
      await inbox.got(id)
      const { data } = await cast().download(id, arrived).success
      expect(await stage.sha256(arrived, data)).to.equal(file.sha256)
      await arrived.close()
    })

    it('after a permanent failure: the same error again', async () => {
      const { stage } = cast()
      const sent = cast().send(await stage.file(stage.maxUploadBytes + 1))
      const id = await sent.id
      const error = await sent.error
      expect(await cast().resume(id).error).to.deep.equal(error)
    })

    it('with an unknown id: 404; an empty one: 400', async () => {
      expect(await cast().resume('nobody-knows').error).to.include({
        statusCode: 404,
        message: `${U('nobody-knows')} is not found`,
      })
      expect(await cast().resume('').error).to.include({
        statusCode: 400,
        message: 'msgId is not valid or required',
      })
    })

    it('from another account: 404, the same as unknown', async () => {
      const { stage, receiver, sender } = cast()
      const file = await stage.file(2 * MIB)
      const sent = cast().send(file)
      const id = await sent.id
      await sent.sent(0.2)
      await sender.sdk.cancelMediaUpload(id)
      expect(await cast().resume(id, receiver, file).error).to.include({
        statusCode: 404,
        message: `${U(id)} is not found`,
      })
    })

    it('goes on by itself when the gateway was killed and started again', async () => {
      const { stage, inbox } = cast()
      const sent = cast().send(await stage.file(4 * MIB))
      const id = await sent.id
      await sent.sent(0.4)
      await stage.killGateway()
      await stage.startGateway()
      expect(await sent.result).to.include({ statusCode: 200 })
      expect(sent.fired).to.deep.equal(['pending', 'success'])
      await inbox.got(id)
      expect(inbox.of(id)).to.have.length(1)
    })
  })
}

import { expect } from 'chai'
import type { Cast } from './cast.ts'
import { MIB } from './cast.ts'
import { D, U } from './observed.ts'

/** The calls of the manual's page, as written there. */
export function manualPage(cast: () => Cast): void {
  describe("the manual's page", () => {
    it('Cancel Media Upload: cancelMediaUpload in onPending answers with the 200 of the manual', async () => {
      const { sender, stage, bob } = cast()
      const { file } = await stage.file(2 * MIB)
      const param = {
        toJid: bob.jid,
        messageType: 'image' as const,
        fileMessageParams: { file, caption: '' },
        replyMessageId: '',
      }
      const { msgId, response } = await new Promise<{ msgId: string; response: unknown }>((resolve) => {
        sender.sdk.sendMediaFileMessage(param).onPending(async (msgId) => {
          resolve({ msgId, response: await sender.sdk.cancelMediaUpload(msgId) })
        })
      })
      expect(response).to.include({
        statusCode: 200,
        message: `Media upload for message-id ${msgId} is cancelled`,
      })
    })

    it('Resume Media Upload: resumeMediaUpload(msgId, onResuming, onSuccess, onError) ends in success', async () => {
      const { sender, stage, inbox } = cast()
      const sent = cast().send(await stage.file(2 * MIB))
      const id = await sent.id
      await sent.sent(0.3)
      await sender.sdk.cancelMediaUpload(id)
      const events: unknown[] = []
      await sender.sdk.resumeMediaUpload(
        id,
        (msgId) => {
          events.push(['resuming', msgId])
        },
        (response) => {
          events.push(['success', response.statusCode])
        },
        (error) => {
          events.push(['error', error])
        },
      )
      expect(events).to.deep.equal([
        ['resuming', id],
        ['success', 200],
      ])
      expect((await inbox.got(id)).msgBody.media?.file_size).to.equal(2 * MIB)
    })

    it('Resume Media Upload: its success is the one of Send Media File Message', async () => {
      const { sender, stage } = cast()
      const whole = cast().send(await stage.file(MIB))
      const stopped = cast().send(await stage.file(2 * MIB))
      const id = await stopped.id
      await stopped.sent(0.3)
      await sender.sdk.cancelMediaUpload(id)
      const [first, second] = [await whole.success, await cast().resume(id).success]
      expect(Object.keys(second).sort()).to.deep.equal(Object.keys(first).sort())
      expect(second.data?.msgId).to.equal(id)
      expect(second.message).to.equal(first.message.replace(first.data?.msgId ?? '', id))
    })

    it('Cancel Media Download: cancelMediaDownload in onPending answers with the 200 of the manual', async () => {
      const { receiver } = cast()
      const { id } = await cast().delivered(2 * MIB)
      receiver.link.shape('down', MIB)
      const response = await new Promise<unknown>((resolve) => {
        receiver.sdk.downloadMedia(id).onPending(async (msgId) => {
          resolve(await receiver.sdk.cancelMediaDownload(msgId))
        })
      })
      expect(response).to.include({
        statusCode: 200,
        message: `Media download for message-id ${id} is cancelled.`,
      })
    })

    it('Resume Media Download: downloadMedia(msgId, onResuming, onSuccess, onError) ends in success', async () => {
      const { receiver, stage } = cast()
      const { id, file } = await cast().delivered(4 * MIB)
      receiver.link.shape('down', 4 * MIB)
      const begun = cast().download(id)
      await begun.sent(0.3)
      await receiver.sdk.cancelMediaDownload(id)
      receiver.link.shape('down', undefined)
      const events: string[] = []
      const response = await receiver.sdk.downloadMedia(
        id,
        (msgId) => {
          events.push(`resuming ${msgId}`)
        },
        () => {
          events.push('success')
        },
        () => {
          events.push('error')
        },
      )
      expect(events).to.deep.equal([`resuming ${id}`, 'success'])
      expect(await stage.sha256(receiver, response.data)).to.equal(file.sha256)
    })

    it('Caution: an upload cannot be cancelled once success was called', async () => {
      const { id } = await cast().delivered()
      expect(await cast().sender.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 409,
        message: `${U(id)} is already completed`,
      })
    })

    it('Caution: a download cannot be cancelled once success was called', async () => {
      const { id } = await cast().delivered()
      await cast().download(id).success
      expect(await cast().receiver.sdk.cancelMediaDownload(id)).to.include({
        statusCode: 409,
        message: `${D(id)} is already completed`,
      })
    })
  })
}

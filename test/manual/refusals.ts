import { expect } from 'chai'
import type { Cast } from './cast.ts'
import { MIB } from './cast.ts'
import { Observed } from './observed.ts'

/** The table's rows about what sendMediaFileMessage refuses. */
export function refusalRows(cast: () => Cast): void {
  describe('sendMediaFileMessage', () => {
    for (const [title, change, message] of [
      ['toJid: ""', { toJid: '' }, 'toJid is not valid or required'],
      ['no file', { fileMessageParams: {} }, 'file is not valid or required'],
      ['an unknown type', { messageType: 'hologram' }, 'messageType is not valid or required'],
    ] as const) {
      it(`with ${title}: onError 400`, async () => {
        const { sender, stage, bob } = cast()
        const { file } = await stage.file(MIB)
        const params = { toJid: bob.jid, messageType: 'image', fileMessageParams: { file }, ...change }
        const sent = new Observed(sender.sdk.sendMediaFileMessage(params as never))
        expect(await sent.error).to.include({ statusCode: 400, message })
        expect(await sent.result).to.include({ statusCode: 400, message })
        expect(sent.fired.filter((name) => name === 'success')).to.deep.equal([])
      })
    }

    it('with a file that is too large: onError 413, before a byte is sent', async () => {
      const { sender, stage } = cast()
      const file = await stage.file(stage.maxUploadBytes + 1)
      const before = sender.link.sent
      const sent = cast().send(file)
      expect(await sent.error).to.include({
        statusCode: 413,
        message: `The file is larger than ${stage.maxUploadBytes} bytes`,
      })
      expect(sender.link.sent - before).to.be.below(64 * 1024)
    })

    it('with replyMessageId "": no reply', async () => {
      const { inbox, stage } = cast()
      const sent = cast().send(await stage.file(1000), { replyMessageId: '' })
      expect((await inbox.got(await sent.id)).replyTo ?? '').to.equal('')
    })

    it('with a replyMessageId: the receiver sees which message it answers', async () => {
      const { inbox, stage } = cast()
      const sent = cast().send(await stage.file(1000), { replyMessageId: 'an-earlier-one' })
      expect((await inbox.got(await sent.id)).replyTo).to.equal('an-earlier-one')
    })

    it('of 0 bytes works', async () => {
      const { inbox, stage, receiver } = cast()
      const file = await stage.file(0)
      const sent = cast().send(file)
      expect(await sent.result).to.include({ statusCode: 200 })
      const id = await sent.id
      await inbox.got(id)
      const { data } = await cast().download(id).success
      expect(await stage.sha256(receiver, data)).to.equal(file.sha256)
    })

    it('several at once, each with its own listeners, and texts that keep their order', async () => {
      const { sender, stage, inbox, bob } = cast()
      const files = await Promise.all([4 * MIB, MIB, 2 * MIB].map((size) => stage.file(size)))
      const runs = files.map((file) => cast().send(file))
      const texts = ['one', 'two', 'three'].map((message) =>
        sender.sdk.sendTextMessage({ toJid: bob.jid, message }),
      )
      for (const run of runs) expect(await run.result).to.include({ statusCode: 200 })
      for (const text of texts) expect(await text).to.include({ statusCode: 200 })
      for (const run of runs) await inbox.got(await run.id)
      const received = inbox.messages.flatMap(({ msgBody }) => (msgBody.media ? [] : [msgBody.message]))
      expect(received).to.deep.equal(['one', 'two', 'three'])
    })

    it('carries caption, type, name, size and metadata to the receiver', async () => {
      const { sender, stage, inbox, bob, alice } = cast()
      const file = await stage.file(1234, { name: 'holiday.jpg' })
      const sent = new Observed(
        sender.sdk.sendMediaFileMessage({
          toJid: bob.jid,
          messageType: 'image',
          fileMessageParams: { file: file.file, caption: 'by the sea' },
          metaData: { album: 7 },
        }),
      )
      const message = await inbox.got(await sent.id)
      expect(message.fromUserJid).to.match(new RegExp(`^${alice.jid}`))
      expect(message.metaData).to.deep.equal({ album: 7 })
      expect(message.msgBody).to.deep.include({ message_type: 'image' })
      expect(message.msgBody.media).to.deep.include({
        caption: 'by the sea',
        fileName: 'holiday.jpg',
        file_size: 1234,
      })
    })
  })
}

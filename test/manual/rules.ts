import type { LogEntry, Message, Res } from '@sluice/client'
import { expect } from 'chai'
import type { Cast } from './cast.ts'
import { MIB } from './cast.ts'
import { Observed } from './observed.ts'

/** The rules that hold for every call of the manual. */
export function ruleRows(cast: () => Cast): void {
  describe('the rules of every call', () => {
    it('a listener that throws is contained and logged, and the run ends as it would', async () => {
      const { stage, bob } = cast()
      const logged: LogEntry[] = []
      let arrived = () => {}
      const onLog = (entry: LogEntry) => {
        logged.push(entry)
        arrived()
      }
      const device = await stage.device(await stage.account(), { onLog })
      const { file } = await stage.file(1000)
      const thrown: Error[] = []
      const fail = (name: string) => () => {
        const error = new Error(`thrown by ${name}`)
        thrown.push(error)
        throw error
      }
      const result = await device.sdk
        .sendMediaFileMessage({ toJid: bob.jid, messageType: 'image', fileMessageParams: { file } })
        .onPending(fail('onPending'))
        .onProgress(async () => fail('onProgress')())
        .onSuccess(fail('onSuccess'))
      expect(result).to.include({ statusCode: 200 })
      expect(thrown.length).to.be.at.least(3)
      // What happens in a page is heard of a moment later.
      while (!thrown.every((error) => logged.some(({ fields }) => fields.error === error)))
        await new Promise<void>((resolve) => {
          arrived = resolve
        })
      await device.close()
    })

    it('callbacks start in a later task than the call', async () => {
      const { sender, stage, bob } = cast()
      const { file } = await stage.file(1000)
      const events: string[] = []
      const sent = sender.sdk.sendMediaFileMessage(
        { toJid: bob.jid, messageType: 'image', fileMessageParams: { file } },
        () => {
          events.push('positional')
        },
      )
      await Promise.resolve()
      sent.onPending(() => {
        events.push('chained')
      })
      events.push('the call has returned')
      await sent
      expect(events).to.deep.equal(['the call has returned', 'positional', 'chained'])
    })

    it('listeners that come late get what was said, once', async () => {
      const { sender, stage, bob } = cast()
      const { file } = await stage.file(1000)
      const chain = sender.sdk.sendMediaFileMessage({
        toJid: bob.jid,
        messageType: 'image',
        fileMessageParams: { file },
      })
      const result = await chain
      const late = new Observed(chain)
      expect(await late.success).to.deep.equal(result)
      expect(await late.id).to.equal(result.data?.msgId)
      expect(late.fired).to.deep.equal(['pending', 'success'])
    })

    it('sendMediaFileMessage takes its callbacks by position as well', async () => {
      const { sender, stage, bob } = cast()
      const { file } = await stage.file(1000)
      const events: unknown[] = []
      const callbacks = [
        (msgId: string) => void events.push(['pending', msgId]),
        (response: Res<Message>) => void events.push(['success', response.data?.msgId]),
        (error: Res) => void events.push(['error', error.statusCode]),
      ] as const
      const param = { toJid: bob.jid, messageType: 'image' as const, fileMessageParams: { file } }
      const { data } = await sender.sdk.sendMediaFileMessage(param, ...callbacks)
      await sender.sdk.sendMediaFileMessage({ ...param, toJid: '' }, ...callbacks)
      expect(events).to.deep.equal([
        ['pending', data?.msgId],
        ['success', data?.msgId],
        ['error', 400],
      ])
    })

    it('texts do not wait for an upload, nor a small upload for a large one', async () => {
      const { sender, stage, inbox } = cast()
      sender.link.shape('up', MIB)
      const large = cast().send(await stage.file(8 * MIB))
      await large.sent(0.1)
      const small = cast().send(await stage.file(1000))
      await cast().behind()
      await inbox.got(await small.id)
      expect(large.fired).to.deep.equal(['pending'])
      sender.link.shape('up', undefined)
      expect(await large.result).to.include({ statusCode: 200 })
    })

    it('a message that went out and was not acknowledged goes out again, and receivers drop the second', async () => {
      const { sender, stage, inbox } = cast()
      const written = sender.link.hold('up', '<message')
      const sent = cast().send(await stage.file(MIB))
      const id = await sent.id
      await written
      void sender.link.hold('down', '')
      sender.link.release('up')
      await inbox.got(id)
      sender.link.cut()
      const again = sender.link.hold('up', '<message')
      sender.link.restore()
      await again
      sender.link.release('up')
      expect(await sent.result).to.include({ statusCode: 200 })
      await cast().behind()
      expect(inbox.of(id)).to.have.length(1)
    })

    it('caption, reply and metadata travel with the offer: another device finishes what was meant', async () => {
      const { sender, stage, inbox } = cast()
      const file = await stage.file(4 * MIB, { name: 'holiday.jpg' })
      const sent = cast().send(file, {
        caption: 'by the sea',
        replyMessageId: 'an-earlier-one',
        metaData: { album: 7 },
      })
      const id = await sent.id
      await sent.sent(0.3)
      await sender.sdk.cancelMediaUpload(id)
      const other = await cast().aliceAgain()
      expect(await cast().resume(id, other, file).result).to.include({ statusCode: 200 })
      const message = await inbox.got(id)
      expect(message).to.deep.include({ replyTo: 'an-earlier-one', metaData: { album: 7 } })
      expect(message.msgBody.media).to.deep.include({ caption: 'by the sea', fileName: 'holiday.jpg' })
    })

    it('mediaUploadListener and mediaDownloadListener are told 0 to 100', async () => {
      const { stage, bob } = cast()
      const told: Record<'up' | 'down', { msgId: string; progress: number }[]> = { up: [], down: [] }
      const device = await stage.device(await stage.account(), {
        listeners: {
          mediaUploadListener: (step) => void told.up.push(step),
          mediaDownloadListener: (step) => void told.down.push(step),
        },
      })
      const sent = cast().send(await stage.file(2 * MIB), { device, to: bob.jid })
      const id = await sent.id
      await sent.success
      // Else it may be there before anything is told.
      device.link.shape('down', 4 * MIB)
      await cast().download(id, device).success
      for (const steps of Object.values(told)) {
        const percents = steps.map(({ progress }) => progress)
        expect(steps.every(({ msgId }) => msgId === id)).to.equal(true)
        expect(percents).to.deep.equal([...percents].sort((a, b) => a - b))
        expect(percents[0]).to.be.within(0, 99)
        expect(percents.at(-1)).to.equal(100)
      }
      await device.close()
    })
  })
}

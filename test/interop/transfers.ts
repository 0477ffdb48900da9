import { expect } from 'chai'
import { Cast, MIB } from '../manual/cast.ts'
import type { ChatServerStage } from '../manual/chat-server-stage.ts'
import { Inbox } from '../manual/observed.ts'

/** What holds for transfers when things go wrong around a real chat server. */
export function describeTransfers(
  name: string,
  open: (context: Mocha.Context) => Promise<ChatServerStage>,
): void {
  describe(`transfers through ${name}`, function () {
    this.timeout(120_000)
    let play: ChatServerStage
    let cast: Cast

    before(async function () {
      play = await open(this)
    })
    beforeEach(async () => {
      cast = await Cast.enter(play.stage)
    })
    afterEach(() => cast?.leave())
    after(() => play?.stage.close())

    it('reach a recipient who was offline, once, and he downloads the very bytes', async () => {
      const { stage } = cast
      const carol = await stage.account()
      const file = await stage.file(2 * MIB)
      cast.sender.link.shape('up', undefined)
      const sent = cast.send(file, { to: carol.jid })
      const id = await sent.id
      expect(await sent.result).to.include({ statusCode: 200 })
      const inbox = new Inbox()
      const device = await stage.device(carol, { listeners: { messageListener: inbox.listener } })
      await inbox.got(id)
      const downloaded = await cast.download(id, device).success
      expect(await stage.sha256(device, downloaded.data)).to.equal(file.sha256)
      await expectNothingBehind(carol.jid, inbox, id)
      await device.close()
    })

    it('are cancelled on one device and resumed on another, without losing a committed byte', async () => {
      const file = await cast.stage.file(6 * MIB)
      const sent = cast.send(file)
      const id = await sent.id
      await sent.committed(2 * MIB)
      const other = await cast.aliceAgain()
      expect(await other.sdk.cancelMediaUpload(id)).to.include({ statusCode: 200 })
      expect(await sent.result).to.include({ statusCode: 499 })
      const { committed } = await cast.gatewaySays(id, ({ state }) => state === 'cancelled')
      expect(committed).to.be.at.least(2 * MIB)
      const resumed = cast.resume(id, other, file)
      expect(await resumed.result).to.include({ statusCode: 200 })
      expect(resumed.wentOnAt).to.be.at.least(committed)
      await expectDelivered(id, file.sha256)
    })

    it('go on when the gateway was killed in mid-upload and started again', async () => {
      const file = await cast.stage.file(6 * MIB)
      const sent = cast.send(file)
      const { committed } = await sent.committed(2 * MIB)
      await cast.stage.killGateway()
      await cast.stage.startGateway()
      expect(await sent.result).to.include({ statusCode: 200 })
      const later = sent.progress.slice(sent.progress.findIndex((step) => step.committed >= committed))
      for (const step of later) expect(step.committed).to.be.at.least(committed)
      await expectDelivered(await sent.id, file.sha256)
    })

    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      it(`go on when the chat server ended by ${signal} in mid-upload and came back, and the message arrives once`, async () => {
        const file = await cast.stage.file(6 * MIB)
        const sent = cast.send(file)
        const id = await sent.id
        await sent.committed(2 * MIB)
        await play.server.halt(signal)
        // Bytes need no chat server.
        await sent.committed(6 * MIB)
        await play.server.start()
        expect(await sent.result).to.include({ statusCode: 200 })
        await expectDelivered(id, file.sha256)
      })
    }

    it('are cancelled although the stanza that says so is lost', async () => {
      const sent = cast.send(await cast.stage.file(6 * MIB))
      const id = await sent.id
      await sent.committed(2 * MIB)
      const lost = cast.sender.link.lose('up', '<cancel')
      expect(await cast.sender.sdk.cancelMediaUpload(id)).to.include({ statusCode: 200 })
      await lost
      await cast.gatewaySays(id, ({ state }) => state === 'cancelled')
    })

    it('are resumed and finished although every answer of the gateway to the sender is lost', async () => {
      const file = await cast.stage.file(6 * MIB)
      const sent = cast.send(file)
      const id = await sent.id
      await sent.committed(2 * MIB)
      await cast.sender.sdk.cancelMediaUpload(id)
      await cast.gatewaySays(id, ({ state }) => state === 'cancelled')
      const lost = cast.sender.link.lose('down', `from="${play.server.mediaJid}"`)
      const resumed = cast.resume(id)
      await lost
      expect(await resumed.result).to.include({ statusCode: 200 })
      await expectDelivered(id, file.sha256)
    })

    async function expectDelivered(id: string, sha256: string): Promise<void> {
      await cast.inbox.got(id)
      const downloaded = await cast.download(id).success
      expect(await cast.stage.sha256(cast.receiver, downloaded.data)).to.equal(sha256)
      await cast.behind()
      expect(cast.inbox.of(id)).to.have.length(1)
    }

    /** A text that comes behind shows that there was no second copy. */
    async function expectNothingBehind(jid: string, inbox: Inbox, id: string): Promise<void> {
      const text = await cast.sender.sdk.sendTextMessage({ toJid: jid, message: 'behind' })
      await inbox.got(String(text.data?.msgId))
      expect(inbox.of(id)).to.have.length(1)
    }
  })
}

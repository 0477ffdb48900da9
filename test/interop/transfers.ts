import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { Cast, MIB } from '../manual/cast.ts'
import type { ChatServerStage } from '../manual/chat-server-stage.ts'
import { Inbox } from '../manual/observed.ts'

/** With bytes per second, long enough to be met in the middle on a busy machine. */
const SIZE = 12 * MIB
const RATE = 2 * MIB

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
      cast.sender.link.shape('up', RATE)
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
      const file = await cast.stage.file(SIZE)
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

    it('reach a room, also when they were cancelled and resumed, and everybody in it downloads the very bytes', async () => {
      const { stage, sender, receiver } = cast
      const room = `room-${randomUUID().slice(0, 8)}@${play.server.conferenceDomain}`
      for (const { sdk } of [sender, receiver])
        expect(await sdk.joinRoom(room)).to.include({ statusCode: 200 })
      const file = await stage.file(SIZE)
      const sent = cast.send(file, { to: room })
      const id = await sent.id
      await sent.committed(2 * MIB)
      expect(await sender.sdk.cancelMediaUpload(id)).to.include({ statusCode: 200 })
      expect(await cast.resume(id).result).to.include({ statusCode: 200 })
      const message = await cast.inbox.got(id)
      expect(message).to.include({ chatType: 'groupchat', fromUserJid: `${room}/${cast.alice.username}` })
      await expectDownload(id, file.sha256)
    })

    it('go on when the gateway was killed in mid-upload and started again', async () => {
      const file = await cast.stage.file(SIZE)
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
        const file = await cast.stage.file(SIZE)
        const sent = cast.send(file)
        const id = await sent.id
        await sent.committed(2 * MIB)
        await play.server.halt(signal)
        // Bytes need no chat server.
        await sent.committed(SIZE)
        await play.server.start()
        expect(await sent.result).to.include({ statusCode: 200 })
        await expectDelivered(id, file.sha256)
      })
    }

    it('are cancelled although the stanza that says so is lost', async () => {
      const sent = cast.send(await cast.stage.file(SIZE))
      const id = await sent.id
      await sent.committed(2 * MIB)
      const lost = cast.sender.link.lose('up', '<cancel')
      expect(await cast.sender.sdk.cancelMediaUpload(id)).to.include({ statusCode: 200 })
      await lost
      await cast.gatewaySays(id, ({ state }) => state === 'cancelled')
    })

    it('are resumed and sent although no stanza about it gets through', async () => {
      const file = await cast.stage.file(SIZE)
      const sent = cast.send(file)
      const id = await sent.id
      await sent.committed(2 * MIB)
      await cast.sender.sdk.cancelMediaUpload(id)
      await cast.gatewaySays(id, ({ state }) => state === 'cancelled')
      const lost = cast.sender.link.lose('up', '<resume', '<offer', '<claim', '<sent')
      void cast.sender.link.lose('down', '<progress')
      const resumed = cast.resume(id)
      await lost
      expect(await resumed.result).to.include({ statusCode: 200 })
      await expectDelivered(id, file.sha256)
    })

    async function expectDelivered(id: string, sha256: string): Promise<void> {
      await cast.inbox.got(id)
      await expectDownload(id, sha256)
      await cast.behind()
      expect(cast.inbox.of(id)).to.have.length(1)
    }

    async function expectDownload(id: string, sha256: string): Promise<void> {
      const downloaded = await cast.download(id).success
      expect(await cast.stage.sha256(cast.receiver, downloaded.data)).to.equal(sha256)
    }

    /** A text that comes behind shows that there was no second copy. */
    async function expectNothingBehind(jid: string, inbox: Inbox, id: string): Promise<void> {
      const text = await cast.sender.sdk.sendTextMessage({ toJid: jid, message: 'behind' })
      await inbox.got(String(text.data?.msgId))
      expect(inbox.of(id)).to.have.length(1)
    }
  })
}

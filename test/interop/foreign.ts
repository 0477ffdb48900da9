import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { expect } from 'chai'
import { Cast, MIB } from '../manual/cast.ts'
import type { Stage } from '../manual/stage.ts'
import { requireProgram } from '../stack/chat-programs.ts'
import { curl, type ForeignDoor, goSendxmppSends, slixmppReceives, slixmppSends } from './foreign-clients.ts'

/** A stage, and how clients without our SDK come to its chat server. */
export interface ForeignPlay {
  readonly stage: Stage
  readonly server: ForeignDoor
}

/** Suites of this file on a play of their own. */
export function describeForeign(
  title: string,
  open: (context: Mocha.Context) => Promise<ForeignPlay>,
  ...suites: ((opened: () => ForeignPlay) => void)[]
): void {
  describe(title, function () {
    this.timeout(120_000)
    let play: ForeignPlay
    before(async function () {
      play = await open(this)
    })
    after(() => play?.stage.close())
    for (const suite of suites) suite(() => play)
  })
}

/** What clients that nobody changed can do with the gateway's slots. */
export function foreignUploads(play: () => ForeignPlay): void {
  withCast('uploads of foreign clients', play, (cast) => {
    it('slixmpp uploads, and our SDK downloads with cancel and resume', async function () {
      await requireProgram(this, 'slixmpp')
      const file = await cast().stage.file(8 * MIB)
      const { id } = await slixmppSends(play().server, cast().alice, String(file.file), cast().bob.jid)
      await cast().inbox.got(id)
      cast().receiver.link.shape('down', 2 * MIB)
      const first = cast().download(id)
      await first.committed(2 * MIB)
      expect(await cast().receiver.sdk.cancelMediaDownload(id)).to.include({ statusCode: 200 })
      expect(await first.result).to.include({ statusCode: 499 })
      const held = await cast().receiver.held(id)
      cast().receiver.link.shape('down', undefined)
      const second = cast().download(id)
      const downloaded = await second.success
      expect(second.fired).to.include('resuming')
      expect(second.wentOnAt).to.be.at.least(held)
      expect(await cast().stage.sha256(cast().receiver, downloaded.data)).to.equal(file.sha256)
    })

    it('go-sendxmpp uploads, and our SDK downloads', async function () {
      await requireProgram(this, 'go-sendxmpp')
      const file = await cast().stage.file(3 * MIB)
      await goSendxmppSends(play().server, cast().alice, String(file.file), cast().bob.jid)
      const message = await cast().inbox.any()
      const downloaded = await cast().download(message.msgId).success
      expect(await cast().stage.sha256(cast().receiver, downloaded.data)).to.equal(file.sha256)
    })
  })
}

/** What clients that nobody changed see of what our SDK sends. */
export function foreignMessages(play: () => ForeignPlay): void {
  withCast('messages for foreign clients', play, (cast) => {
    it('slixmpp is shown URL, OOB and SFS, and curl downloads them, also going on with -C -', async function () {
      await requireProgram(this, 'slixmpp')
      const carol = await cast().stage.account()
      const reader = await slixmppReceives(play().server, carol)
      const file = await cast().stage.file(5 * MIB)
      cast().sender.link.shape('up', undefined)
      expect(await cast().send(file, { to: carol.jid }).result).to.include({ statusCode: 200 })
      const { body, oob, xml } = await reader.next
      await reader.close()
      expect(oob).to.equal(body)
      expect(xml).to.include('urn:xmpp:sfs:0').and.to.include(`target="${body}"`)
      expect(xml).to.include(`>${file.size}<`).and.to.include('>photo.jpg<')
      expect(xml).to.include(Buffer.from(file.sha256, 'hex').toString('base64'))

      const path = `${file.file}.part`
      await curl('--range', `0-${2 * MIB - 1}`, '--output', path, body)
      expect((await stat(path)).size).to.equal(2 * MIB)
      const rest = await curl('--continue-at', '-', '--output', path, '--write-out', '%{size_download}', body)
      expect(Number(rest)).to.equal(file.size - 2 * MIB)
      expect(await sha256(path)).to.equal(file.sha256)
    })
  })
}

function withCast(title: string, play: () => ForeignPlay, rows: (cast: () => Cast) => void): void {
  describe(title, function () {
    this.timeout(120_000)
    let cast: Cast
    beforeEach(async () => {
      cast = await Cast.enter(play().stage)
    })
    afterEach(() => cast?.leave())
    rows(() => cast)
  })
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer)
  return hash.digest('hex')
}

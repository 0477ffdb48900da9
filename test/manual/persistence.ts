import type { Message } from '@sluice/client'
import { expect } from 'chai'
import type { Cast } from './cast.ts'
import { MIB, OVERHEAD } from './cast.ts'
import { type Observed, U } from './observed.ts'
import type { Link, StageFile } from './stage.ts'

/** The table's rows about reloads, other devices, logouts, changed files and lost time. */
export function persistenceRows(cast: () => Cast): void {
  describe('an unfinished upload', () => {
    /** Stopped on Alice's first device, with some bytes durable. */
    async function stopped(options: { seed?: string } = {}): Promise<{ id: string; file: StageFile }> {
      const { sender, stage } = cast()
      const file = await stage.file(8 * MIB, options)
      const sent = cast().send(file)
      const id = await sent.id
      await sent.committed(2 * MIB)
      await sender.sdk.cancelMediaUpload(id)
      sender.link.endHttp()
      return { id, file }
    }

    /** A resumed upload that ended well without sending a committed byte again. */
    async function wentOn(resumed: Observed<Message>, link: Link, before = 0): Promise<void> {
      expect(await resumed.success).to.include({ statusCode: 200 })
      expect(resumed.wentOnAt).to.be.at.least(2 * MIB)
      expect(link.sent - before).to.be.below(8 * MIB - resumed.wentOnAt + OVERHEAD)
    }

    it('after a reload: goes on without asking for the file', async () => {
      const { sender, alice, inbox } = cast()
      const { id } = await stopped()
      await sender.close()
      const reloaded = await cast().aliceAgain(alice.username)
      await wentOn(cast().resume(id, reloaded), reloaded.link)
      await inbox.got(id)
    })

    it('after a reload, the file gone: 412 file_required', async () => {
      const { sender, alice, stage } = cast()
      const { id, file } = await stopped()
      await sender.close()
      await stage.removeFile(file)
      const reloaded = await cast().aliceAgain(alice.username)
      expect(await cast().resume(id, reloaded).error).to.include({
        statusCode: 412,
        message: `The file for message-id ${id} is needed again`,
        code: 'file_required',
      })
    })

    it('with {file}, after file_required, goes on without losing a committed byte', async () => {
      const { sender, alice, stage, inbox } = cast()
      const seed = `kept ${alice.username}`
      const { id, file } = await stopped({ seed })
      await sender.close()
      await stage.removeFile(file)
      const reloaded = await cast().aliceAgain(alice.username)
      expect(await cast().resume(id, reloaded).error).to.include({ code: 'file_required' })
      const before = reloaded.link.sent
      const again = await stage.file(file.size, { seed })
      await wentOn(cast().resume(id, reloaded, again), reloaded.link, before)
      await inbox.got(id)
    })

    it('with a file that has changed: 412 file_changed', async () => {
      const { sender, alice, stage } = cast()
      const { id, file } = await stopped()
      await sender.close()
      await stage.changeFile(file, 0)
      const reloaded = await cast().aliceAgain(alice.username)
      expect(await cast().resume(id, reloaded).error).to.include({
        statusCode: 412,
        message: `The file for message-id ${id} has changed`,
        code: 'file_changed',
      })
    })

    it('with a file edited in its middle in between: 422, terminal', async () => {
      const { sender, alice, stage, inbox } = cast()
      const { id, file } = await stopped()
      await sender.close()
      await stage.changeFile(file, 1.5 * MIB)
      const reloaded = await cast().aliceAgain(alice.username)
      const mismatch = { statusCode: 422, message: `${U(id)} does not match its hash` }
      expect(await cast().resume(id, reloaded).error).to.include(mismatch)
      expect(await cast().resume(id, reloaded).error).to.include(mismatch)
      expect(inbox.of(id)).to.deep.equal([])
    })

    it('on another device: listed by the server; 412 without the file, goes on with {file}', async () => {
      const { inbox } = cast()
      const { id, file } = await stopped()
      const other = await cast().aliceAgain()
      expect(await cast().resume(id, other).error).to.include({ statusCode: 412, code: 'file_required' })
      await wentOn(cast().resume(id, other, file), other.link)
      expect((await inbox.got(id)).msgId).to.equal(id)
    })

    it('is cancelled from another device of its account', async () => {
      const { stage } = cast()
      const sent = cast().send(await stage.file(4 * MIB))
      const id = await sent.id
      await sent.sent(0.3)
      const other = await cast().aliceAgain()
      expect(await other.sdk.cancelMediaUpload(id)).to.include({
        statusCode: 200,
        message: `${U(id)} is cancelled`,
      })
      expect(await sent.result).to.include({ statusCode: 499 })
      expect(await cast().resume(id).result).to.include({ statusCode: 200 })
    })

    it('after disconnect and connect: goes on without asking for the file', async () => {
      const { sender, alice, inbox } = cast()
      const { id } = await stopped()
      expect(await sender.sdk.disconnect()).to.include({ statusCode: 200 })
      expect(await sender.sdk.connect(alice.username, alice.password)).to.include({ statusCode: 200 })
      await wentOn(cast().resume(id), sender.link, sender.link.sent)
      await inbox.got(id)
    })

    it('after logout: 401', async () => {
      const { sender } = cast()
      const { id } = await stopped()
      await sender.sdk.logout()
      const refused = { statusCode: 401, message: 'You are not logged in' }
      expect(await sender.sdk.cancelMediaUpload(id)).to.include(refused)
      expect(await sender.sdk.cancelMediaDownload(id)).to.include(refused)
      expect(await cast().resume(id).error).to.include(refused)
      expect(await cast().download(id, sender).error).to.include(refused)
    })

    it('of the same account after logout: listed by the server; resume with {file}, else 412', async () => {
      const { sender, alice } = cast()
      const { id, file } = await stopped()
      await sender.sdk.logout()
      await sender.sdk.connect(alice.username, alice.password)
      expect(await cast().resume(id).error).to.include({ statusCode: 412, code: 'file_required' })
      expect(await cast().resume(id, sender, file).result).to.include({ statusCode: 200 })
    })

    it('expired: 410', async () => {
      const { stage } = cast()
      const { id } = await stopped()
      await stage.expireUpload(id)
      expect(await cast().resume(id).error).to.include({ statusCode: 410, message: `${U(id)} has expired` })
    })
  })
}

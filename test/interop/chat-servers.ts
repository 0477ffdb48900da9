import { createHash, randomUUID } from 'node:crypto'
import type { Client, Message } from '@sluice/client'
import { expect } from 'chai'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { openDevice } from './device.ts'

/** A running chat server with the gateway as its media service. */
export interface InteropServer {
  /** Its RFC 7395 endpoint: ws://… */
  readonly websocketUrl: string
  readonly domain: string
  /** Absent where there are no rooms. */
  readonly conferenceDomain?: string | undefined
  createAccount(): Promise<{ username: string; password: string; jid: string }>
  close(): Promise<void>
}

/** What our SDK does through any chat server. */
export function describeChatServer(
  name: string,
  open: (context: Mocha.Context) => Promise<InteropServer>,
  { hasRooms = true } = {},
): void {
  const itInRooms = hasRooms ? it : () => {}
  describe(`the SDK through ${name}`, function () {
    this.timeout(60_000)
    let server: InteropServer
    const opened: Client[] = []

    before(async function () {
      server = await open(this)
    })
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((client) => client.close()))
    })
    after(() => server?.close())

    const device = async (account: { username: string; password: string }, login = account.username) => {
      const opening = await openDevice(server, { ...account, username: login })
      opened.push(opening.client)
      return opening
    }
    const people = async () => {
      const [alice, bob] = [await server.createAccount(), await server.createAccount()]
      return { alice, bob }
    }
    const room = () => `room-${randomUUID().slice(0, 8)}@${server.conferenceDomain}`

    it('gives a recipient who was offline every message once', async () => {
      const { alice, bob } = await people()
      const from = await device(alice)
      for (const text of ['first', 'second']) await from.client.messages.send({ to: bob.jid, text })
      const to = await device(bob)
      expect((await to.received(2)).map(textOf)).to.deep.equal(['first', 'second'])
      await from.client.messages.send({ to: bob.jid, text: 'third' })
      expect((await to.received(3)).map(textOf)).to.deep.equal(['first', 'second', 'third'])
    })

    it('says so when there is no such account', async () => {
      const { alice } = await people()
      const { client } = await device(alice)
      const failure = await client.messages
        .send({ to: `nobody-${randomUUID()}@${server.domain}`, text: 'hello' })
        .catch((error) => error)
      expect(failure).to.have.property('name', 'Bounced')
    })

    it('shows what one device sends and gets on the other one too, each once', async () => {
      const { alice, bob } = await people()
      const one = await device(alice, `${alice.jid}/one`)
      const two = await device(alice, `${alice.jid}/two`)
      const other = await device(bob)
      const sent = await one.client.messages.send({ to: bob.jid, text: 'from one' })
      const [copy] = await two.received(1)
      expect(copy).to.deep.include({ msgId: sent.msgId, fromUserJid: alice.jid, toUserJid: bob.jid })
      await other.client.messages.send({ to: alice.jid, text: 'an answer' })
      expect((await two.received(2)).map(textOf)).to.deep.equal(['from one', 'an answer'])
      expect((await one.received(1)).map(textOf)).to.deep.equal(['an answer'])
    })

    it('wins its place back from its own stream that the server still holds', async () => {
      const { alice, bob } = await people()
      const lost = await device(alice, `${alice.jid}/phone`)
      const gone = new Promise<void>((resolve) =>
        lost.client.on('state', (state) => state === 'offline' && resolve()),
      )
      const back = await device(alice, `${alice.jid}/phone`)
      await gone
      const other = await device(bob)
      await other.client.messages.send({ to: alice.jid, text: 'still there?' })
      expect((await back.received(1)).map(textOf)).to.deep.equal(['still there?'])
      expect(back.client.state).to.equal('online')
    })

    it('becomes contacts with somebody, sees them come and go, and parts again', async () => {
      const { alice, bob } = await people()
      const [from, to] = [await device(alice), await device(bob)]
      expect(await from.client.contacts.list()).to.deep.equal([])
      await from.client.contacts.add(bob.jid, 'Bob')
      await until(to.client, 'contacts', async () =>
        (await to.client.contacts.list()).some(({ jid, asking }) => jid === alice.jid && asking),
      )
      const contact = async (client: Client) => (await client.contacts.list())[0]
      expect(await contact(from.client)).to.deep.equal({
        jid: bob.jid,
        name: 'Bob',
        subscription: 'none',
        asking: false,
        pending: true,
        online: false,
      })
      await to.client.contacts.accept(alice.jid)
      for (const { client } of [from, to])
        await until(client, 'contacts', async () => {
          const { subscription, online, asking, pending } = (await contact(client)) ?? {}
          return subscription === 'both' && online === true && !asking && !pending
        })
      await to.client.close()
      await until(from.client, 'contacts', async () => (await contact(from.client))?.online === false)
      await from.client.contacts.remove(bob.jid)
      await until(from.client, 'contacts', async () => (await contact(from.client)) === undefined)
    })

    it('is told that a message was got, and that it was seen, on each device that sent', async () => {
      const { alice, bob } = await people()
      const [one, two] = [await device(alice, `${alice.jid}/one`), await device(alice, `${alice.jid}/two`)]
      const to = await device(bob)
      const told = [one, two].map(({ client }) => {
        const receipts: string[] = []
        client.on('receipt', ({ msgId, from, state }) => receipts.push(`${msgId} ${from} ${state}`))
        return { client, receipts }
      })
      const { msgId } = await one.client.messages.send({ to: bob.jid, text: 'seen?' })
      const [message] = await to.received(1)
      expect(message?.markable).to.equal(true)
      await to.client.messages.markDisplayed({ with: alice.jid, id: msgId })
      for (const { client, receipts } of told) {
        await until(client, 'receipt', async () => receipts.length >= 2)
        expect(receipts).to.deep.equal([`${msgId} ${bob.jid} received`, `${msgId} ${bob.jid} displayed`])
      }
    })

    it('gives a conversation back page by page, with its files and receipts', async () => {
      const { alice, bob } = await people()
      const [from, to] = [await device(alice), await device(bob)]
      for (let text = 0; text < 5; text++) await from.client.messages.send({ to: bob.jid, text: `${text}` })
      const { msgId } = await from.client.media.send({
        to: bob.jid,
        file: new Blob(['abc']),
        caption: 'a file',
      }).done
      await to.received(6)
      await to.client.messages.send({ to: alice.jid, text: 'thanks' })
      await from.received(1)
      await to.client.messages.markDisplayed({ with: alice.jid, id: msgId })
      const { client } = await device(alice, `${alice.jid}/new`)
      const last = await client.messages.list({ with: bob.jid, max: 3 })
      expect(last.messages.map(({ msgBody }) => msgBody.message ?? msgBody.media?.caption)).to.deep.equal([
        '4',
        'a file',
        'thanks',
      ])
      expect(last.messages.map(({ fromUserJid }) => fromUserJid)).to.deep.equal([
        alice.jid,
        alice.jid,
        bob.jid,
      ])
      expect(last.messages.map(({ receipt }) => receipt)).to.deep.equal(['displayed', 'displayed', undefined])
      const first = await client.messages.list({ with: bob.jid, before: last.before, max: 10 })
      expect(first.messages.map(textOf)).to.deep.equal(['0', '1', '2', '3'])
      expect(first.messages.map(({ receipt }) => receipt)).to.deep.equal(Array(4).fill('displayed'))
      expect(first.before).to.equal(undefined)
      expect((await (await client.media.download(msgId).done).blob?.text()) ?? '').to.equal('abc')
      expect((await client.messages.list({ with: `nobody@${server.domain}` })).messages).to.deep.equal([])
    })

    itInRooms('gives back what was said in a room', async () => {
      const { alice, bob } = await people()
      const [from, to] = [await device(alice), await device(bob)]
      const jid = room()
      await from.client.rooms.join({ room: jid })
      await to.client.rooms.join({ room: jid })
      const question = await from.client.messages.send({ to: jid, text: 'a question' })
      await to.received(1)
      await to.client.messages.send({ to: jid, text: 'the answer', replyTo: question.msgId })
      await from.received(1)
      const { messages } = await to.client.messages.list({ with: jid })
      expect(messages.map(textOf)).to.deep.equal(['a question', 'the answer'])
      expect(messages[0]).to.deep.include({ chatType: 'groupchat', fromUserJid: `${jid}/${alice.username}` })
      expect(messages[1]).to.deep.include({ fromUserJid: bob.jid, replyTo: question.msgId })
    })

    itInRooms('talks in a room, and answers there by what the room calls a message', async () => {
      const { alice, bob } = await people()
      const [from, to, second] = [
        await device(alice),
        await device(bob),
        await device(alice, `${alice.jid}/two`),
      ]
      const jid = room()
      const opening = await from.client.messages.send({ to: jid, text: 'hello' })
      expect(opening.chatType).to.equal('groupchat')
      expect(from.client.rooms.list()).to.deep.equal([{ jid, nick: alice.username }])
      expect((await to.client.rooms.join({ room: jid, nick: alice.username })).nick).to.equal(
        `${alice.username}-2`,
      )
      await second.client.rooms.join({ room: jid })
      const question = await to.client.messages.send({ to: jid, text: 'a question' })
      await from.received(1)
      await from.client.messages.send({ to: jid, text: 'the answer', replyTo: question.msgId })
      const [answer] = await to.received(1)
      expect(answer).to.deep.include({
        replyTo: question.msgId,
        toUserJid: jid,
        fromUserJid: `${jid}/${alice.username}`,
      })
      const seen = await second.received(2)
      expect(seen.map(textOf)).to.deep.equal(['a question', 'the answer'])
      expect(seen[1]?.fromUserJid).to.equal(alice.jid)
      expect((await from.received(1)).map(textOf)).to.deep.equal(['a question'])
    })

    itInRooms('sends a file into a room, which who is in it downloads', async () => {
      const { alice, bob } = await people()
      const [from, to] = [await device(alice), await device(bob)]
      const jid = room()
      await to.client.rooms.join({ room: jid })
      const bytes = fileOf(3_000_000)
      const sent = await from.client.media.send({ to: jid, file: new Blob([bytes]), fileName: 'a.bin' }).done
      expect(sent.chatType).to.equal('groupchat')
      const [message] = await to.received(1)
      const { blob } = await to.client.media.download(message?.msgId ?? '').done
      expect(hashOf(await bytesOf(blob))).to.equal(hashOf(bytes))
    })

    it('downloads after a logout, and on a new device, what only the archive remembers', async () => {
      const { alice, bob } = await people()
      const [from, to] = [await device(alice), await device(bob)]
      const bytes = fileOf(1_000_000)
      const { msgId } = await from.client.media.send({ to: bob.jid, file: new Blob([bytes]) }).done
      await to.received(1)
      for (let text = 0; text < 60; text++) await from.client.messages.send({ to: bob.jid, text: `${text}` })
      await to.client.logout()
      for (const account of [bob, alice]) {
        const { client } = await device(account, `${account.jid}/new`)
        const { blob } = await client.media.download(msgId).done
        expect(hashOf(await bytesOf(blob))).to.equal(hashOf(bytes))
        const unknown = await client.media.download(randomUUID()).done.catch((error) => error)
        expect(unknown).to.have.property('statusCode', 404)
      }
    })
  })
}

/** Resolves once it is so; asks at first, and at each event. */
async function until(
  client: Client,
  event: 'contacts' | 'receipt',
  isSo: () => Promise<boolean>,
): Promise<void> {
  let wake = () => {}
  let happened = false
  const remove = client.on(event, () => {
    happened = true
    wake()
  })
  try {
    while (!(await isSo())) {
      if (!happened)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      happened = false
    }
  } finally {
    remove()
  }
}

function fileOf(size: number): Buffer<ArrayBuffer> {
  return Buffer.from(new SeededBytes('interop', size).slice(0, size))
}

function textOf({ msgBody }: Message): string | undefined {
  return msgBody.message
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function bytesOf(blob: Blob | undefined): Promise<Uint8Array> {
  if (!blob) throw new Error('There is no file')
  return new Uint8Array(await blob.arrayBuffer())
}

import { expect } from 'chai'
import type { Locator } from 'playwright-core'
import type { ChatAccount } from '../stack/chat-server.ts'
import { newAccount } from '../stack/new-account.ts'
import { ChatStage } from './chat-stage.ts'
import { ChatUser } from './chat-user.ts'
import { ConverseSite } from './converse-site.ts'
import { ConverseUser } from './converse-user.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGM4IScHQQxwFgBBAAYZPEVBlgAAAABJRU5ErkJggg==',
  'base64',
)

describe('Converse.js 14, unmodified, at the standalone gateway with our page', function () {
  this.timeout(120_000)
  const bobJid = 'bob@localhost'
  let stage: ChatStage
  let site: ConverseSite
  let alice: ChatAccount
  let converse: ConverseUser
  let bob: ChatUser

  before(async function () {
    stage = await ChatStage.open(this)
    const websocketUrl = `${stage.url.replace('http', 'ws')}/xmpp-websocket`
    alice = await newAccount(websocketUrl, 'localhost', { username: 'alice' })
    site = await ConverseSite.open(websocketUrl)
    bob = await ChatUser.registered(stage.browser, stage.url, 'bob')
    converse = await ConverseUser.logIn(stage.browser, { url: site.url, ...alice })
  })

  after(async () => {
    await converse?.page.context().close()
    await bob?.close()
    await site?.close()
    await stage?.close()
  })

  it('adds a contact, who says yes in our page and is seen to be there', async () => {
    await converse.addContact(bobJid)
    await bob.accept('alice')
    await converse.contact(bobJid).getByTitle('This contact is online').waitFor()
  })

  it('chats both ways with our page, and sees that its text arrived', async () => {
    await converse.openChat(bobJid)
    await converse.send('hello, from Converse')
    await bob.message('hello, from Converse').waitFor()
    await converse.message('hello, from Converse').locator('.fa-check').waitFor()
    await bob.say('hello, from our page')
    await converse.message('hello, from our page').waitFor()
  })

  it('uploads an image, which our page shows', async () => {
    await converse.sendFile({ name: 'from converse.png', mimeType: 'image/png', buffer: PNG })
    expect(await widthOf(bob.page.locator('img[src*="from%20converse.png"]'))).to.equal(3)
  })

  it('shows an image that our page uploads', async () => {
    await bob.sendFiles([{ name: 'from-our-page.png', mimeType: 'image/png', buffer: PNG }])
    expect(await widthOf(converse.page.locator('img[src*="/from-our-page.png"]'))).to.equal(3)
  })

  it('shows on another device what was said before, and then what the first one says', async () => {
    const other = await ConverseUser.logIn(stage.browser, { url: site.url, ...alice })
    await other.openChat(bobJid)
    for (const text of ['hello, from Converse', 'hello, from our page']) {
      await other.message(text).waitFor()
      expect(await other.message(text).count()).to.equal(1)
    }
    expect(await widthOf(other.page.locator('img[src*="/from-our-page.png"]'))).to.equal(3)
    await converse.send('said on the first device')
    await other.message('said on the first device').waitFor()
    await other.page.context().close()
  })

  it('finds what came while nobody was there, once', async () => {
    await converse.page.context().close()
    await bob.page.locator('.conversation-header').getByText('alice@localhost').waitFor()
    await bob.say('said to nobody')
    await bob.message('said to nobody').getByLabel('Sent', { exact: true }).waitFor()
    converse = await ConverseUser.logIn(stage.browser, { url: site.url, ...alice })
    await converse.openNewMessages(bobJid)
    await converse.message('said to nobody').waitFor()
    await converse.message('hello, from Converse').waitFor()
    // Behind all of the archive.
    await bob.say('said to somebody again')
    await converse.message('said to somebody again').waitFor()
    expect(await converse.message('said to nobody').count()).to.equal(1)
  })
})

/** Pixels of an image once it is loaded. */
async function widthOf(image: Locator): Promise<number> {
  await image.waitFor({ state: 'attached' })
  return image.evaluate(async (element) => {
    const loaded = element as unknown as { decode(): Promise<void>; naturalWidth: number }
    await loaded.decode()
    return loaded.naturalWidth
  })
}

import { element } from '@sluice/protocol'
import { expect } from 'chai'
import type { Browser, Locator } from 'playwright-core'
import type { ChatAccount } from '../stack/chat-server.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { newAccount } from '../stack/new-account.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { ChatPage } from './chat-page.ts'
import { sharedChromium } from './chromium.ts'
import { ConverseSite } from './converse-site.ts'
import { ConverseUser } from './converse-user.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAEElEQVR4nGM4IScHQQxwFgBBAAYZPEVBlgAAAABJRU5ErkJggg==',
  'base64',
)

describe('Converse.js 14, with the standalone gateway', function () {
  this.timeout(120_000)
  let browser: Browser
  let gateway: Gateway
  let site: ConverseSite
  let alice: ChatAccount
  let bob: ChatAccount
  let converse: ConverseUser
  let chatPage: ChatPage

  before(async function () {
    browser = await sharedChromium(this)
    gateway = await startGateway({ env: { SLUICE_REGISTRATION: 'open' } })
    const websocketUrl = `${gateway.url.replace('http', 'ws')}/xmpp-websocket`
    ;[alice, bob] = [await newAccount(websocketUrl, 'localhost'), await newAccount(websocketUrl, 'localhost')]
    site = await ConverseSite.open(websocketUrl)
    chatPage = await ChatPage.logIn(browser, { serverUrl: gateway.url, ...bob })
    converse = await ConverseUser.logIn(browser, { url: site.url, ...alice })
  })

  after(async () => {
    await converse?.page.context().close()
    await chatPage?.close()
    await site?.close()
    await gateway?.stop()
  })

  it('adds a contact, who says yes and is seen to be there', async () => {
    const device = await StanzaUser.login(gateway.url, bob.username, bob.password)
    const asked = device.next((stanza) => stanza.is('presence') && stanza.attrs.type === 'subscribe')
    await converse.addContact(bob.jid)
    expect((await asked).attrs.from).to.equal(alice.jid)
    await device.send(element('presence', { to: alice.jid, type: 'subscribed' }))
    await converse.contact(bob.jid).getByTitle('This contact is online').waitFor()
    await device.close()
  })

  it('chats both ways, and sees that its text arrived', async () => {
    await converse.openChat(bob.jid)
    await converse.send('hello, from Converse')
    await chatPage.text('hello, from Converse').waitFor()
    await converse.message('hello, from Converse').locator('.fa-check').waitFor()
    await chatPage.sendText(alice.jid, 'hello, from the SDK')
    await converse.message('hello, from the SDK').waitFor()
  })

  it('uploads an image, which our side shows', async () => {
    await converse.sendFile({ name: 'from converse.png', mimeType: 'image/png', buffer: PNG })
    expect(await widthOf(chatPage.image('from%20converse.png'))).to.equal(3)
  })

  it('shows an image that our side uploads', async () => {
    await chatPage.sendImage(alice.jid, { name: 'from-sdk.png', bytes: PNG })
    expect(await widthOf(converse.page.locator('img[src*="/from-sdk.png"]'))).to.equal(3)
  })

  it('shows on another device what was said before, and then what the first one says', async () => {
    const other = await ConverseUser.logIn(browser, { url: site.url, ...alice })
    await other.openChat(bob.jid)
    for (const text of ['hello, from Converse', 'hello, from the SDK']) {
      await other.message(text).waitFor()
      expect(await other.message(text).count()).to.equal(1)
    }
    expect(await widthOf(other.page.locator('img[src*="/from-sdk.png"]'))).to.equal(3)
    await converse.send('said on the first device')
    await other.message('said on the first device').waitFor()
    await other.page.context().close()
  })

  it('finds what came while nobody was there, once', async () => {
    await converse.page.context().close()
    await chatPage.sendText(alice.jid, 'said to nobody')
    converse = await ConverseUser.logIn(browser, { url: site.url, ...alice })
    await converse.openChat(bob.jid)
    await converse.message('said to nobody').waitFor()
    await converse.message('hello, from Converse').waitFor()
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

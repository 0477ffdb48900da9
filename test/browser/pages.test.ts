import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { createSDK as CreateSDK, Message, Res } from '@sluice/client'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { ChatAccount } from '../stack/chat-server.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { newAccount } from '../stack/new-account.ts'
import { TcpProxy } from '../stack/tcp-proxy.ts'
import { sharedChromium } from './chromium.ts'
import { openPage } from './open-page.ts'
import { PageServer } from './page-server.ts'

// Everything happens inside of the page, which bundle.ts gives this function by its global object.
declare const createSDK: typeof CreateSDK
declare const changeFile: () => Promise<void>

const MIB = 1024 ** 2

describe('the SDK in a page', function () {
  this.timeout(60_000)
  let gateway: Gateway
  /** A slow way to the gateway. */
  let http: TcpProxy
  let server: PageServer

  before(async function () {
    await sharedChromium(this)
    gateway = await startGateway({ env: { SLUICE_REGISTRATION: 'open' } })
    http = await TcpProxy.open(gateway.url)
    server = await PageServer.open({ entry: new URL('in-page/sdk.ts', import.meta.url) })
  })
  after(async () => {
    await server?.close()
    await http?.close()
    await gateway?.stop()
  })

  const account = () => newAccount(`${gateway.url.replace('http', 'ws')}/xmpp-websocket`, 'localhost')

  it('sends and receives under a policy that allows scripts of its own origin alone', async function () {
    const accounts = [await account(), await account()] as const
    const page = await openPage(await sharedChromium(this), server.url)
    const same = await page.evaluate(
      async ({ serverUrl, accounts: [alice, bob] }) => {
        const inbox: { take(message: Message): void } = { take: () => {} }
        const got = new Promise<Message>((resolve) => {
          inbox.take = resolve
        })
        const login = async ({ username, password }: { username: string; password: string }) => {
          const sdk = createSDK()
          const callbackListeners = { messageListener: (message: Message) => inbox.take(message) }
          await sdk.initializeSDK({ serverUrl, domain: 'localhost', callbackListeners })
          await sdk.connect(username, password)
          return sdk
        }
        const [sender, receiver] = [await login(alice), await login(bob)]
        const file = new File([new Uint8Array(3 * 1024 ** 2).fill(7)], 'sevens.bin')
        const fileMessageParams = { file }
        const sent = await sender.sendMediaFileMessage({
          toJid: bob.jid,
          messageType: 'file',
          fileMessageParams,
        })
        if (sent.statusCode !== 200) return sent.message
        const { data, message } = await receiver.downloadMedia((await got).msgId)
        if (!data?.blob) return message
        const bytes = new Uint8Array(await data.blob.arrayBuffer())
        for (const sdk of [sender, receiver]) await sdk.disconnect()
        return bytes.length === file.size && bytes.every((byte) => byte === 7)
      },
      { serverUrl: gateway.url, accounts },
    )
    expect(same).to.equal(true)
    await page.context().close()
  })

  it('notices a file that changes on the disk while it is sent', async function () {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-page-'))
    const path = join(folder, 'changing.bin')
    await writeFile(path, Buffer.alloc(16 * MIB, 1))
    const accounts = [await account(), await account()] as const
    const page = await openPage(await sharedChromium(this), server.url)
    await page.evaluate(() => {
      const input = document.createElement('input')
      input.type = 'file'
      document.body.append(input)
    })
    await page.setInputFiles('input', path)
    await page.exposeFunction('changeFile', () => writeFile(path, Buffer.alloc(16 * MIB, 2)))
    http.shape('up', 4 * MIB)
    const code = await page.evaluate(
      async ({ serverUrl, slowUrl, accounts: [alice, bob] }) => {
        const sdk = createSDK()
        const mediaAddress = (url: string) => url.replace(serverUrl, slowUrl)
        await sdk.initializeSDK({ serverUrl, mediaAddress, domain: 'localhost' })
        await sdk.connect(alice.username, alice.password)
        let changed: Promise<void> | undefined
        const file = document.querySelector('input')?.files?.[0] as File
        const sent = await sdk
          .sendMediaFileMessage({ toJid: bob.jid, messageType: 'file', fileMessageParams: { file } })
          .onProgress(({ committed }) => {
            if (committed >= 1024 ** 2) changed ??= changeFile()
          })
        await changed
        await sdk.disconnect()
        return sent.code
      },
      { serverUrl: gateway.url, slowUrl: http.url, accounts },
    )
    http.shape('up', undefined)
    expect(code).to.equal('file_required')
    await page.context().close()
    await rm(folder, { recursive: true })
  })

  it('says 503 while a part of it cannot be loaded, and loads it the next time', async function () {
    const alice = await account()
    const page = await openPage(await sharedChromium(this), server.url, { quiet: true })
    const login = () => loginIn(page, gateway.url, alice)
    for (const part of ['indexed-db-account', 'open-transfers', 'web-tabs']) {
      await page.route(`**/${part}-*.js`, (route) => route.abort())
      expect(await login(), part).to.deep.equal({ statusCode: 503, code: 'unreachable' })
      await page.unrouteAll()
    }
    expect(await login()).to.include({ statusCode: 200 })
    await page.context().close()
  })

  it('without TLS logs in where nothing leaves the machine, and else says what is missing', async function () {
    const alice = await account()
    const page = await openPage(await sharedChromium(this), server.insecureUrl)
    const login = (serverUrl: string) => loginIn(page, serverUrl, alice)
    expect(await login(gateway.url)).to.include({ statusCode: 200 })
    const byName = gateway.url.replace('127.0.0.1', 'gateway.sluice.test')
    expect(await login(byName)).to.include({ statusCode: 403, code: 'insecure' })
    await page.context().close()
  })
})

/** What a page is answered that logs in and out again. */
function loginIn(page: Page, serverUrl: string, { username, password }: ChatAccount): Promise<Res> {
  return page.evaluate(
    async ({ serverUrl, username, password }) => {
      const sdk = createSDK()
      await sdk.initializeSDK({ serverUrl, domain: 'localhost' })
      const { statusCode, code } = await sdk.connect(username, password)
      await sdk.disconnect()
      return { statusCode, code } as Res
    },
    { serverUrl, username, password },
  )
}

import { createSDK, type Message, memoryStore } from '@sluice/client'
import { expect } from 'chai'
import { requireProgram } from '../stack/chat-programs.ts'
import type { ChatServer } from '../stack/chat-server.ts'
import { startEjabberd, TOKENS_DOMAIN } from '../stack/ejabberd-server.ts'
import { mintToken, SECRET } from '../stack/token-issuer.ts'

describe('ejabberd with auth_method: jwt, as docs/tokens.md has it', function () {
  this.timeout(60_000)
  let server: ChatServer

  before(async function () {
    await requireProgram(this, 'ejabberd')
    server = await startEjabberd(undefined, { tokenSecret: SECRET })
  })
  after(() => server?.stop())

  async function open(
    tokenProvider: () => Promise<string>,
    onMessage: (message: Message) => void = () => {},
  ) {
    const sdk = createSDK()
    await sdk.initializeSDK({
      websocketUrl: server.websocketUrl,
      domain: TOKENS_DOMAIN,
      store: memoryStore(),
      tokenProvider,
      callbackListeners: { messageListener: onMessage },
    })
    return sdk
  }

  it('logs in whom a token names, and carries a message between two of them', async () => {
    const [alice, bob] = [`alice@${TOKENS_DOMAIN}`, `bob@${TOKENS_DOMAIN}`]
    let arrive: (message: Message) => void = () => {}
    const arrived = new Promise<Message>((resolve) => {
      arrive = resolve
    })
    const sender = await open(() => mintToken(alice, 60))
    const receiver = await open(
      () => mintToken(bob, 60),
      (message) => arrive(message),
    )
    for (const sdk of [sender, receiver])
      expect(await sdk.connect()).to.deep.equal({ statusCode: 200, message: 'Connected' })
    const sent = await sender.sendTextMessage({ toJid: bob, message: 'hello' })
    expect(sent.statusCode).to.equal(200)
    expect(await arrived).to.include({ fromUserJid: alice })
    await Promise.all([sender.disconnect(), receiver.disconnect()])
  })

  it('refuses a token that has expired, and one of somebody else', async () => {
    const alice = `alice@${TOKENS_DOMAIN}`
    const expired = await open(() => mintToken(alice, -60))
    expect(await expired.connect()).to.include({ statusCode: 401, message: 'The token is wrong' })
    const foreign = await open(() => mintToken(`bob@${TOKENS_DOMAIN}`, 60))
    expect(await foreign.connect('alice')).to.include({ statusCode: 401 })
  })
})

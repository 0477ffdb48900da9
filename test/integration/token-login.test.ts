import { createClient, createSDK, type Message, memoryStore } from '@sluice/client'
import { expect } from 'chai'
import { type Backend, embeddedBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { TcpProxy } from '../stack/tcp-proxy.ts'
import { ISSUER_ENVIRONMENT, mintToken } from '../stack/token-issuer.ts'

const MIB = 1024 * 1024
const SIZE = 8 * MIB
const LIFE_S = 3

describe('users who log in by tokens', function () {
  this.timeout(90_000)
  let backend: Backend
  let gateway: Gateway
  let proxy: TcpProxy
  /** The head of each PATCH on the slow line. */
  const patches: string[] = []

  before(async () => {
    backend = await embeddedBackend()
    gateway = await startGateway({
      // A slot's token lives as long: it expires in mid-upload, too.
      env: { ...backend.env, ...ISSUER_ENVIRONMENT, SLUICE_UNFINISHED_EXPIRY: '8s' },
    })
    proxy = await TcpProxy.open(gateway.url, {
      bytesPerSecond: { up: SIZE / 16 },
      watch(direction, bytes) {
        const [head = ''] = Buffer.from(bytes).toString('latin1').split('\r\n\r\n', 1)
        if (direction === 'up' && head.startsWith('PATCH ')) patches.push(head)
      },
    })
  })

  after(async () => {
    await proxy?.close()
    await gateway?.stop()
    await backend?.drop()
  })

  /** Tokens of three seconds, and what was handed out. */
  function provider(user: string) {
    const tokens: string[] = []
    const tokenProvider = async () => {
      const token = await mintToken(user, LIFE_S)
      tokens.push(token)
      return token
    }
    return { tokens, tokenProvider }
  }

  it('go on with an upload though login and slot expire in the middle of it, and send no committed byte again', async () => {
    const file = new SeededBytes('tokens', SIZE)
    const alice = provider('alice')
    const bob = provider('bob@localhost')
    const serverUrl = gateway.url
    const sender = createClient({
      serverUrl,
      store: memoryStore(),
      tokenProvider: alice.tokenProvider,
      mediaAddress: (url) => url.replace(gateway.url, proxy.url),
    })
    const receiver = createClient({ serverUrl, store: memoryStore(), tokenProvider: bob.tokenProvider })
    const received: Message[] = []
    let arrived: () => void = () => {}
    const message = new Promise<void>((resolve) => {
      arrived = resolve
    })
    receiver.on('message', (value) => {
      received.push(value)
      arrived()
    })
    const ends: string[] = []
    sender.on('state', (state) => state === 'connecting' && ends.push(state))

    await Promise.all([sender.connect(), receiver.connect()])
    ends.length = 0
    const blob = new Blob([new Uint8Array(file.slice(0, SIZE))])
    const transfer = sender.media.send({ to: 'bob@localhost', file: blob })
    const loggedInAgain = new Promise<void>((resolve) => {
      sender.on('state', (state) => state === 'online' && ends.length === 2 && resolve())
    })

    await loggedInAgain
    expect(patches, 'the end of a session is nothing to an upload').to.have.length(1)
    expect(transfer.progress.committed).to.be.below(SIZE)
    const before = transfer.progress.committed
    // By now the slot's token is of no more use to a new request.
    proxy.cut()
    await transfer.done

    expect(patches).to.have.length(2)
    const offsets = patches.map((head) => Number(field(head, 'upload-offset')))
    expect(offsets[0]).to.equal(0)
    expect(offsets[1]).to.be.at.least(before).and.below(SIZE)
    const [first, second] = patches.map((head) => field(head, 'authorization'))
    expect(first, 'the slot’s token has expired')
      .to.match(/^Bearer \S+$/)
      .and.not.equal(second)
    expect(proxy.passed.up, 'bytes on the wire').to.be.below(SIZE + 1 * MIB)
    expect(alice.tokens.length).to.be.at.least(3)

    await message
    const url = received[0]?.msgBody.media?.url ?? ''
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer())
    expect(bytes.equals(file.slice(0, SIZE))).to.equal(true)
    expect(received).to.have.length(1)
    await Promise.all([sender.close(), receiver.close()])

    for (const token of [...alice.tokens, ...bob.tokens])
      expect(gateway.logs.includes(token.split('.')[2] ?? token), 'a token in the log').to.equal(false)
  })

  it('get 401 with a token that is no good, and 503 with what the provider says', async () => {
    const sdk = createSDK()
    let provide = () => mintToken('alice', -60)
    const options = { serverUrl: gateway.url, store: memoryStore(), tokenProvider: () => provide() }
    await sdk.initializeSDK(options)
    for (const token of [() => mintToken('alice', -60), () => mintToken('a b', 60), async () => 'nonsense']) {
      provide = token
      expect(await sdk.connect('alice')).to.include({ statusCode: 401, message: 'The token is wrong' })
    }
    provide = () => mintToken('bob', 60)
    expect(await sdk.connect('alice'), 'another user’s').to.include({ statusCode: 401 })
    provide = async () => {
      throw new Error('Please log in to the app')
    }
    expect(await sdk.connect()).to.include({ statusCode: 503, message: 'Please log in to the app' })
    provide = () => mintToken('alice', 60)
    expect(await sdk.connect()).to.deep.equal({ statusCode: 200, message: 'Connected' })
    await sdk.disconnect()
  })

  it('upload by tus with the same token, and no more once the operator removed them', async () => {
    const create = async () =>
      fetch(`${gateway.url}/uploads`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await mintToken('carol', 60)}`,
          'tus-resumable': '1.0.0',
          'upload-length': '5',
          'content-type': 'application/offset+octet-stream',
        },
        body: 'hello',
      })
    expect((await create()).status).to.equal(201)
    await sluice(['account', 'remove', 'carol'], { env: backend.env })
    expect((await create()).status).to.equal(401)
    const sdk = createSDK()
    await sdk.initializeSDK({
      serverUrl: gateway.url,
      store: memoryStore(),
      tokenProvider: () => mintToken('carol', 60),
    })
    expect(await sdk.connect()).to.include({ statusCode: 401 })
  })
})

function field(head: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim()
}

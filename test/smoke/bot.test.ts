import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient, memoryStore } from '@sluice/client'
import { expect } from 'chai'
import { openDevice } from '../interop/device.ts'
import { type Backend, embeddedBackend } from '../stack/backends.ts'
import { Child } from '../stack/child.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

describe('examples/bot', function () {
  this.timeout(120_000)
  let folder: string
  let backend: Backend
  let gateway: Gateway
  let bot: Child

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-bot-'))
    backend = await embeddedBackend()
    gateway = await startGateway({ env: { ...backend.env, SLUICE_REGISTRATION: 'open' } })
    const run = ['--conditions=@sluice/source', '--import=tsx', 'examples/bot/bot.js']
    bot = await Child.start(process.execPath, [...run, gateway.url, 'echo', 'echo-secret', folder], {
      cwd: ROOT,
      env: process.env,
    })
    await bot.waitUntil(async () => bot.output.includes('echo@localhost is there'), 'the bot', 30_000)
  })
  after(async () => {
    await bot?.stop()
    await gateway?.stop()
    await backend?.drop()
    await rm(folder, { recursive: true })
  })

  it('answers a text, and gives a file back as it was', async () => {
    const account = { username: 'alice', password: 'correct horse' }
    const websocketUrl = `${gateway.url.replace('http', 'ws')}/xmpp-websocket`
    const registering = createClient({ websocketUrl, domain: 'localhost', store: memoryStore() })
    await registering.register(account)
    const { client, received } = await openDevice({ websocketUrl, domain: 'localhost' }, account)
    const to = 'echo@localhost'
    const { msgId } = await client.messages.send({ to, text: 'hello' })
    const [answer] = await received(1)
    expect(answer).to.deep.include({ fromUserJid: to, replyTo: msgId })
    expect(answer?.msgBody.message).to.equal('You said: hello')

    const bytes = Buffer.from(new SeededBytes('bot', 2_000_000).slice(0, 2_000_000))
    await client.media.send({ to, file: new Blob([bytes]), fileName: 'a.bin', caption: 'keep this' }).done
    const [, file] = await received(2)
    expect(file?.msgBody.media).to.deep.include({ fileName: 'a.bin', caption: 'keep this' })
    const { blob } = await client.media.download(file?.msgId ?? '').done
    expect(Buffer.from(await (blob as Blob).arrayBuffer()).equals(bytes)).to.equal(true)
    await bot.waitUntil(async () => bot.output.includes('gave a.bin back'), 'the bot', 30_000)
    const kept = await readdir(folder, { recursive: true })
    expect(kept.filter((name) => name.endsWith('a.bin'))).to.deep.equal([])
    await client.close()
  })

  it('ends in good order', async () => {
    await bot.stop()
    expect(await bot.exited, bot.output).to.equal(0)
  })
})

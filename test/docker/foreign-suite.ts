import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile, truncate } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { CallbackListeners, Message } from '@sluice/client'
import { expect } from 'chai'
import type { Account, Device } from '../manual/stage.ts'
import { PROGRAMS, requireProgram } from '../stack/chat-programs.ts'
import { Child } from '../stack/child.ts'
import type { ContainerStage } from './container-stage.ts'

const run = promisify(execFile)
const SLIXMPP = fileURLToPath(new URL('slixmpp-client.py', import.meta.url))
const LIMIT_MS = 90_000
const MIB = 1024 * 1024

/** Clients that know nothing of us, as their authors made them, over TCP with STARTTLS. */
export function describeForeignClients(opened: () => ContainerStage): void {
  describe('foreign clients', function () {
    this.timeout(2 * LIMIT_MS)
    const devices: Device[] = []

    afterEach(async () => {
      for (const device of devices.splice(0)) await device.close()
    })

    async function open(account: Account, listeners: CallbackListeners = {}): Promise<Device> {
      const device = await opened().stage.device(account, { listeners })
      devices.push(device)
      return device
    }

    it('slixmpp uploads by its own 0363 plugin, and our SDK downloads with a cancel and a resume', async function () {
      await requireProgram(this, 'slixmpp')
      const { stage, stack } = opened()
      const file = await stage.file(8 * MIB, { name: 'from-slixmpp.png' })
      const [sender, bob] = [await stage.account(), await stage.account()]
      const { arrived, messageListener } = nextMessage()
      const device = await open(bob, { messageListener })
      const args = [String(stack.tcpPort), sender.jid, sender.password, 'upload', String(file.file), bob.jid]
      const { stdout } = await run(await python(), [SLIXMPP, ...args], { timeout: LIMIT_MS })
      const url = String(stdout.trim().split('\n').at(-1))
      const { msgId } = await arrived

      device.link.shape('down', 2 * MIB)
      const first = device.sdk.downloadMedia(msgId)
      await new Promise<void>((resolve) => {
        first.onProgress(({ committed }) => {
          if (committed >= MIB) resolve()
        })
      })
      expect(await device.sdk.cancelMediaDownload(msgId)).to.include({ statusCode: 200 })
      const held = await device.held(msgId)
      expect(held).to.be.within(MIB, file.size - 1)
      device.link.shape('down', undefined)
      const { received } = device.link
      const downloaded = await device.sdk.downloadMedia(msgId)
      expect(downloaded.message).to.match(/ is completed$/)
      expect(device.link.received - received, 'bytes that came after the resume').to.be.below(
        file.size - held + MIB,
      )
      expect(await stage.sha256(device, downloaded.data)).to.equal(file.sha256)
      expect(url).to.match(/from-slixmpp\.png$/)
    })

    it('our SDK sends, and what slixmpp gets has URL, OOB and SFS, which curl downloads, also with -C -', async function () {
      await requireProgram(this, 'slixmpp')
      const { stage, stack } = opened()
      const file = await stage.file(3 * MIB)
      const [alice, receiver] = [await stage.account(), await stage.account()]
      const args = [String(stack.tcpPort), receiver.jid, receiver.password, 'receive']
      const client = await Child.start(await python(), [SLIXMPP, ...args])
      try {
        await client.waitUntil(() => client.output.includes('online'), 'slixmpp')
        const device = await open(alice)
        const sent = await device.sdk.sendMediaFileMessage({
          toJid: receiver.jid,
          messageType: 'image',
          fileMessageParams: { file: file.file, caption: '' },
        })
        expect(sent).to.include({ statusCode: 200 })
        expect(await client.exited, client.output).to.equal(0)
      } finally {
        await client.stop('SIGKILL')
      }
      const [, url = ''] = /<body>(\S+)<\/body>/.exec(client.output) ?? []
      expect(client.output).to.include(`<url>${url}</url>`).and.to.include('urn:xmpp:sfs:0')
      const path = `${String(file.file)}.curl`
      await run('curl', ['--fail', '--silent', '--output', path, url], { timeout: LIMIT_MS })
      await truncate(path, MIB)
      await run('curl', ['--fail', '--silent', '-C', '-', '--output', path, url], { timeout: LIMIT_MS })
      expect(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ).to.equal(file.sha256)
    })

    it('go-sendxmpp uploads a file, and our SDK downloads it', async function () {
      await requireProgram(this, 'go-sendxmpp')
      const { stage, stack } = opened()
      const file = await stage.file(2 * MIB, { name: 'from-go.jpg' })
      const [sender, bob] = [await stage.account(), await stage.account()]
      const { arrived, messageListener } = nextMessage()
      const device = await open(bob, { messageListener })
      const login = ['-u', sender.jid, '-p', sender.password, '-j', `127.0.0.1:${stack.tcpPort}`, '-n']
      const upload = ['--http-upload', String(file.file), bob.jid]
      await run(String(await PROGRAMS['go-sendxmpp']()), [...login, ...upload], { timeout: LIMIT_MS })
      const { msgId } = await arrived
      const downloaded = await device.sdk.downloadMedia(msgId)
      expect(await stage.sha256(device, downloaded.data)).to.equal(file.sha256)
    })
  })
}

function nextMessage(): { arrived: Promise<Message>; messageListener: (message: Message) => void } {
  let messageListener = (_: Message): void => {}
  const arrived = new Promise<Message>((resolve) => {
    messageListener = resolve
  })
  return { arrived, messageListener }
}

async function python(): Promise<string> {
  return String(await PROGRAMS.slixmpp())
}

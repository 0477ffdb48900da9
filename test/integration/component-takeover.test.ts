import { element, NS } from '@sluice/protocol'
import { expect } from 'chai'
import { type Backend, serverBackend } from '../stack/backends.ts'
import type { ChatServer } from '../stack/chat-server.ts'
import { CHAT_SERVERS, startChatServer } from '../stack/chat-servers.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { download, patch, status } from '../stack/tus-upload.ts'

const MIB = 1024 * 1024
const SIZE = 24 * MIB
/** What a client may have to wait for the media service when the gateway that spoke for all is killed. */
const TAKEN_OVER_WITHIN_MS = 10_000

for (const name of CHAT_SERVERS) {
  describe(`two gateways on one ${name}`, function () {
    this.timeout(120_000)
    let server: ChatServer
    let backend: Backend
    let gateways: Gateway[]
    let alice: StanzaUser

    before(async function () {
      server = await startChatServer(this, name)
      backend = await serverBackend(this)
      const { username, password } = await server.createAccount()
      alice = await StanzaUser.login(server.websocketUrl, username, password, server.domain)
    })
    beforeEach(async () => {
      gateways = []
      const holder = await start()
      await holder.logged('component online')
      await start()
    })
    afterEach(() => Promise.all(gateways.map((gateway) => gateway.stop())))
    after(async () => {
      await alice?.close()
      await server?.stop()
      await backend?.drop()
    })

    async function start(): Promise<Gateway> {
      const { SLUICE_COMPONENT_JID, SLUICE_COMPONENT_SECRET, SLUICE_COMPONENT_URL } =
        server.gatewayEnvironment
      const component = { SLUICE_COMPONENT_JID, SLUICE_COMPONENT_SECRET, SLUICE_COMPONENT_URL }
      const gateway = await startGateway({ env: { ...backend.env, ...component } as Record<string, string> })
      gateways.push(gateway)
      return gateway
    }

    /** The gateway that has nothing to do with the link asks for its lease once a second. */
    const eventually = async (isSo: () => Promise<boolean>) => {
      while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const pair = () => gateways as [Gateway, Gateway]
    const linkOf = async ({ url }: Gateway) => (await (await fetch(`${url}/readyz`)).json()).link
    const atNode = (url: string, node: Gateway) => new URL(new URL(url).pathname, node.url).href
    /** How long the media service does not answer, asked again as a client asks. */
    async function unanswered(): Promise<number> {
      const began = performance.now()
      for (;;) {
        const asked = alice.ask('get', element('query', { xmlns: NS.discoInfo })).then(
          () => true,
          () => false,
        )
        // A stanza that was on its way to the killed gateway is never answered.
        if (await Promise.race([asked, new Promise<false>((resolve) => setTimeout(resolve, 500, false))]))
          return performance.now() - began
      }
    }

    it('one speaks for both, and the other takes over within seconds when it is killed; uploads there go on', async () => {
      const [holder, other] = pair()
      await eventually(async () => (await linkOf(other)) === 'elsewhere')
      expect(await linkOf(holder)).to.equal('online')
      const file = new SeededBytes('through the takeover', SIZE)
      const slot = await alice.offer({ size: SIZE })
      const upload = { url: atNode(slot.uploadUrl, other), token: slot.token }
      let told = nextProgress(slot.uploadId)
      const sending = patch(upload, file, { from: 0, bytesPerSecond: 2 * MIB })
      // The writer is at the other gateway, the link at the holder.
      expect((await told).attrs.state).to.equal('receiving')

      await holder.kill()
      expect(await unanswered()).to.be.below(TAKEN_OVER_WITHIN_MS)
      told = nextProgress(slot.uploadId)
      const { attrs } = await told
      expect(Number(attrs.committed)).to.be.above(0)
      const sent = await sending
      expect(sent.status, sent.body).to.equal(204)
      expect((await status(upload)).state).to.equal('complete')
      expect(await download(atNode(slot.getUrl, other))).to.deep.equal({
        status: 200,
        bytes: SIZE,
        sha256: file.sha256(),
      })
      expect(await linkOf(other)).to.equal('online')
    })

    it('the other takes over at once when the holder ends in good order', async () => {
      const [holder, other] = pair()
      const slot = await alice.offer({ size: 10 })
      await holder.kill('SIGTERM')
      await other.logged('component online')
      expect(await unanswered()).to.be.below(TAKEN_OVER_WITHIN_MS)
      expect((await alice.cancel(slot.uploadId)).state).to.equal('cancelled')
    })

    it('a holder that was stopped finds the link taken when it wakes up, and does not fight for it', async () => {
      const [holder, other] = pair()
      holder.signal('SIGSTOP')
      // Prosody ends the stopped one's connection, ejabberd lets both.
      await other.logged('component online')
      if (name === 'Prosody') expect(await unanswered()).to.be.below(TAKEN_OVER_WITHIN_MS)
      holder.signal('SIGCONT')
      await eventually(async () => (await linkOf(holder)) === 'elsewhere')
      expect(await unanswered()).to.be.below(TAKEN_OVER_WITHIN_MS)
      await eventually(async () => {
        const links = await Promise.all([holder, other].map(linkOf))
        return links.toSorted().join() === 'elsewhere,online'
      })
    })

    async function nextProgress(uploadId: string) {
      const message = await alice.next(
        (stanza) => stanza.getChild('progress', NS.media)?.attrs.upload === uploadId,
      )
      expect(message.attrs).to.include({ type: 'headline', from: server.mediaJid, to: alice.jid })
      return message.getChild('progress', NS.media) as NonNullable<ReturnType<typeof message.getChild>>
    }
  })
}

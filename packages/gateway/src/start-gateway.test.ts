import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { RecordingLogger } from '../test/http/scripted-gateway.ts'
import { until } from '../test/transfer/transfer-bed.ts'
import { COMPONENT, ComponentServer } from '../test/xmpp/component-server.ts'
import { readConfig } from './config.ts'
import { type RunningGateway, startGateway } from './start-gateway.ts'

describe('startGateway', function () {
  this.timeout(60_000)
  let dataDir: string
  let logger: RecordingLogger
  let gateway: RunningGateway | undefined

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sluice-start-'))
    logger = new RecordingLogger()
  })
  afterEach(async () => {
    await gateway?.close()
    gateway = undefined
    await rm(dataDir, { recursive: true })
  })

  async function start(environment: Record<string, string>): Promise<RunningGateway> {
    const config = readConfig({ SLUICE_DATA_DIR: dataDir, SLUICE_PORT: '0', ...environment })
    gateway = await startGateway(config, { logger })
    return gateway
  }

  const warnings = () => logger.of('warn')

  it('warns who listens everywhere that links lead to this machine only', async () => {
    await start({ SLUICE_HOST: '0.0.0.0' })
    expect(warnings()).to.deep.equal(['links lead to this machine only: set SLUICE_PUBLIC_URL'])
  })

  it('warns nobody who has said how clients reach it, or that only this machine does', async () => {
    await (await start({ SLUICE_HOST: '0.0.0.0', SLUICE_PUBLIC_URL: 'https://chat.example' })).close()
    await start({})
    expect(warnings()).to.deep.equal([])
  })

  it('answers whoever offers HTTP/2, and ends though a refused WebSocket never hangs up', async () => {
    const { url, close } = await start({})
    const sockets: Socket[] = []
    const ask = async (path: string, upgrade: string) => {
      const { hostname: host, port } = new URL(url)
      const socket = connect({ host, port: Number(port), allowHalfOpen: true })
      sockets.push(socket)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`)
      const [answer] = await once(socket.setEncoding('latin1'), 'data')
      return String(answer).split('\r\n', 1)[0]
    }
    expect(await ask('/healthz', 'h2c')).to.equal('HTTP/1.1 200 OK')
    expect(await ask('/elsewhere', 'websocket')).to.equal('HTTP/1.1 404 Not Found')
    await close()
    for (const socket of sockets) socket.destroy()
  })

  describe('with a chat server', () => {
    let server: ComponentServer

    beforeEach(async () => {
      server = await ComponentServer.listen()
    })
    afterEach(() => server.close())

    const startBeside = () =>
      start({
        SLUICE_COMPONENT_URL: `xmpp://127.0.0.1:${server.address.port}`,
        SLUICE_COMPONENT_JID: COMPONENT.jid,
        SLUICE_COMPONENT_SECRET: COMPONENT.secret,
      })
    const statusOf = async (path: string) => (await fetch(`${gateway?.url}${path}`)).status

    it('is its component, and no chat server itself', async () => {
      const { url, welcome } = await startBeside()
      const link = await server.link(1)
      link.send(
        `<iq type='get' id='1' from='alice@example.org/x' to='${COMPONENT.jid}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
      )
      await link.got(/id="1".*<feature var="urn:sluice:media:1"\/>/)
      await until(async () => (await (await fetch(`${url}/readyz`)).json()).link === 'online')
      for (const path of ['/xmpp-websocket', '/ws', '/.well-known/host-meta', '/.well-known/host-meta.json'])
        expect(await statusOf(path), path).to.equal(404)
      expect(await (await fetch(url)).text()).to.equal(welcome)
      expect(welcome).to.include(`media service ${COMPONENT.jid}`).and.not.include('account add')
    })

    it('serves without the chat server, says so, and joins when it comes', async () => {
      const { port } = server.address
      await server.close()
      const { url } = await startBeside()
      const ready = await fetch(`${url}/readyz`)
      expect(ready.status).to.equal(200)
      expect(await ready.json()).to.include({ ready: true, link: 'down' })
      server = await ComponentServer.listen(port)
      await server.link(1)
    })

    it('tells the chat server goodbye when it ends', async () => {
      const { close } = await startBeside()
      const link = await server.link(1)
      await close()
      expect(link.received).to.match(/<\/stream:stream>$/)
      const messages = logger.lines.map(({ message }) => message)
      expect(messages.indexOf('gateway draining')).to.be.below(messages.indexOf('component closed'))
    })
  })
})

import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { RecordingLogger } from '../test/http/scripted-gateway.ts'
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
})

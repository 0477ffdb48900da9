import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { expect } from 'chai'
import { freePort } from './free-port.ts'

describe('free ports', () => {
  it('are below those that outgoing connections get', async () => {
    const given = (await listening(0)).address() as AddressInfo
    expect(await freePort()).to.be.within(11_000, given.port - 1)
  })

  it('are others each time, and none that somebody listens on', async () => {
    const first = await freePort()
    await listening(first + 1).catch(() => {}) // or somebody else does
    const second = await freePort()
    expect(second).to.not.be.oneOf([first, first + 1])
    await listening(second)
  })

  const servers: Server[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  async function listening(port: number): Promise<Server> {
    const server = createServer().listen(port, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    return server
  }
})

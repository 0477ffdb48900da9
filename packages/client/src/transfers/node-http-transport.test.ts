import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { FileMissing } from './file-source.ts'
import { NodeHttpTransport } from './node-http-transport.ts'

describe('HTTP by Node', () => {
  const transport = new NodeHttpTransport()
  const server = createServer((request) => request.resume())

  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  after(() => {
    transport.close()
    server.closeAllConnections()
    server.close()
  })

  it('rejects with the error of a source that breaks, not with that of the socket that is cut for it', async () => {
    const broken = new FileMissing('The file cannot be read')
    const { port } = server.address() as AddressInfo
    const sending = transport.send({
      method: 'PATCH',
      url: `http://127.0.0.1:${port}/`,
      body: {
        size: 100,
        async *read() {
          yield new Uint8Array(10)
          throw broken
        },
      },
      signal: new AbortController().signal,
    })
    expect(await sending.catch((error) => error)).to.equal(broken)
  })
})

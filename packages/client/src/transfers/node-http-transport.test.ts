import { HttpContractServer } from '../../test/http-contract-server.ts'
import { describeHttpTransport } from './http-transport.contract.ts'
import { NodeHttpTransport } from './node-http-transport.ts'

describe('the transport for Node', () => {
  let server: HttpContractServer

  before(async () => {
    server = await HttpContractServer.open()
  })
  after(() => server.close())

  describeHttpTransport('Node', async () => ({
    url: server.url,
    open: (options) => new NodeHttpTransport(options),
  }))
})

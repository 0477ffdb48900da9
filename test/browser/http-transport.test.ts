import { HttpContractServer } from '../../packages/client/test/http-contract-server.ts'
import { describeInPage } from './describe-in-page.ts'

describe('the transport for browsers', () => {
  let server: HttpContractServer

  before(async () => {
    server = await HttpContractServer.open()
  })
  after(() => server.close())

  describeInPage('HTTP', new URL('in-page/http-transport.ts', import.meta.url), {
    query: async () => ({ server: server.url }),
  })
})

import { BrowserHttpTransport } from '../../../packages/client/src/transfers/browser-http-transport.ts'
import { describeHttpTransport } from '../../../packages/client/src/transfers/http-transport.contract.ts'

describeHttpTransport('a page, to another origin', async () => ({
  url: new URL(location.href).searchParams.get('server') ?? '',
  open: (options) => new BrowserHttpTransport(options),
}))

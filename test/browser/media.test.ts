import { type Backend, embeddedBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { describeInPage } from './describe-in-page.ts'
import { STRICT_CSP } from './page-server.ts'

describeInPage('media care', new URL('in-page/media.ts', import.meta.url))

describeInPage('media care without a player', new URL('in-page/media-unplayable.ts', import.meta.url), {
  csp: STRICT_CSP.replace('media-src blob:', ''),
})

describe('media in messages', () => {
  let backend: Backend | undefined
  let gateway: Gateway | undefined

  describeInPage('media messages', new URL('in-page/media-messages.ts', import.meta.url), {
    async query() {
      backend = await embeddedBackend()
      gateway = await startGateway({ env: { ...backend.env, SLUICE_REGISTRATION: 'open' } })
      return { serverUrl: gateway.url }
    },
  })
  after(async () => {
    await gateway?.stop()
    await backend?.drop()
  })
})

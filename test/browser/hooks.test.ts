import { type Backend, embeddedBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { describeInPage } from './describe-in-page.ts'

const PREACT = {
  react: 'preact/compat',
  'react-dom/client': 'preact/compat/client',
}

describe('@sluice/client/react', () => {
  let backend: Backend | undefined
  let gateway: Gateway | undefined

  after(async () => {
    await gateway?.stop()
    await backend?.drop()
  })

  const query = async () => {
    backend ??= await embeddedBackend()
    gateway ??= await startGateway({ env: { ...backend.env, SLUICE_REGISTRATION: 'open' } })
    return { gateway: gateway.url }
  }
  const entry = new URL('in-page/hooks.ts', import.meta.url)
  describeInPage('with React', entry, { query })
  describeInPage('with Preact', entry, { query, alias: PREACT })
})

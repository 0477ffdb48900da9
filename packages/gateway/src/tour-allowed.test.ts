import { expect } from 'chai'
import { readConfig } from './config.ts'
import { tourAllowed } from './tour-allowed.ts'

describe('the tour', () => {
  const allowed = (environment: Record<string, string>) => tourAllowed(readConfig(environment))

  it('may be played as the gateway comes, by whatever name of this machine', () => {
    for (const host of [undefined, '127.0.0.1', 'localhost', '::1'])
      expect(allowed(host ? { SLUICE_HOST: host } : {}), host).to.equal(true)
  })

  it('may not be played where others reach the gateway, or accounts are given out', () => {
    for (const environment of [
      { SLUICE_HOST: '0.0.0.0' },
      { SLUICE_HOST: '0.0.0.0', SLUICE_REGISTRATION: 'open' },
      { SLUICE_HOST: '192.0.2.1', SLUICE_REGISTRATION: 'open' },
      { SLUICE_PUBLIC_URL: 'http://127.0.0.1:8400', SLUICE_REGISTRATION: 'open' },
      { SLUICE_REGISTRATION: 'closed' },
      {
        SLUICE_COMPONENT_URL: 'xmpp://127.0.0.1:5347',
        SLUICE_COMPONENT_JID: 'media.example.org',
        SLUICE_COMPONENT_SECRET: 'secret',
      },
    ])
      expect(allowed(environment), JSON.stringify(environment)).to.equal(false)
  })
})

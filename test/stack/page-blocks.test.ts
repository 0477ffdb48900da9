import { expect } from 'chai'
import { adapt, pageBlock, pageBlocks, pageEnvironment } from './page-blocks.ts'

describe("the configuration in the operators' pages", () => {
  for (const [page, files] of [
    ['prosody.md', ['/etc/prosody/conf.d/sluice.cfg.lua', '/etc/sluice/sluice.env']],
    ['ejabberd.md', ['/etc/ejabberd/sluice.yml', '/etc/sluice/sluice.env']],
  ] as const) {
    it(`is in docs/${page}, a block for each file that the tests run`, async () => {
      expect([...(await pageBlocks(page)).keys()]).to.include.members([...files])
    })

    it(`has one secret and one domain for both sides in docs/${page}`, async () => {
      const environment = await pageEnvironment(page, '/etc/sluice/sluice.env')
      const server = await pageBlock(page, files[0])
      const { SLUICE_COMPONENT_SECRET: secret = '', SLUICE_COMPONENT_JID: jid = '' } = environment
      expect(server).to.include(`"${secret}"`).and.to.include(jid)
      expect(jid).to.equal(`media.${environment.SLUICE_DOMAIN}`)
    })
  }

  it('is missed by name when a block has gone', async () => {
    const failure = await pageBlock('prosody.md', '/etc/other').catch((error: Error) => error.message)
    expect(failure).to.equal('docs/prosody.md has no block for /etc/other')
  })

  it('takes what a test puts in its place, and tells when that place has gone', () => {
    expect(adapt('port: 1\nport: 2\n', { 'port: 1': 'port: 3' })).to.equal('port: 3\nport: 2\n')
    expect(() => adapt('port: 2', { 'port: 1': 'port: 3' })).to.throw('"port: 1" is not in the block')
  })
})

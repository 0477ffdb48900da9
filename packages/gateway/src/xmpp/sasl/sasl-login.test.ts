import { element } from '@sluice/protocol'
import { expect } from 'chai'
import { DOMAIN, MessagingBed } from '../../../test/messaging/messaging-bed.ts'
import { isLoopback } from '../is-loopback.ts'
import { SaslLogin } from './sasl-login.ts'

describe('SaslLogin', () => {
  const bed = new MessagingBed()
  const { accounts, credentials } = bed.join()
  const login = (plainAllowed: boolean) => new SaslLogin({ credentials, logger: bed.logger, plainAllowed })
  const plain = element(
    'auth',
    { xmlns: 'urn:ietf:params:xml:ns:xmpp-sasl', mechanism: 'PLAIN' },
    Buffer.from('\0alice\0secret').toString('base64'),
  )

  before(() => accounts.add({ name: 'alice', password: 'secret' }))

  it('offers and takes PLAIN where nobody can listen', async () => {
    expect(login(true).feature().toString()).to.include('<mechanism>PLAIN</mechanism>')
    const { outcome } = await login(true).receive(plain)
    expect(outcome).to.deep.equal({ type: 'success', jid: `alice@${DOMAIN}` })
  })

  it('neither offers nor takes PLAIN where somebody could', async () => {
    expect(login(false).feature().toString())
      .to.match(/SCRAM-SHA-256.*SCRAM-SHA-1/)
      .and.not.to.include('PLAIN')
    const { outcome } = await login(false).receive(plain)
    expect(outcome).to.deep.equal({ type: 'failure', condition: 'encryption-required' })
  })

  it('knows the addresses of the own machine', () => {
    expect(
      ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'].filter((address) => !isLoopback(address)),
    ).to.deep.equal([])
    const foreign = [
      '',
      '10.0.0.1',
      '128.0.0.1',
      '::2',
      '::ffff:10.0.0.1',
      '127.0.0.1.example.org',
      'fe80::1',
    ]
    expect(foreign.filter(isLoopback)).to.deep.equal([])
  })
})

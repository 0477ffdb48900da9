import { expect } from 'chai'
import { OAuthBearer } from './oauth-bearer.ts'

describe('OAUTHBEARER', () => {
  const login = { username: 'alice', password: 'eyJh.eyJz.c2ln' }

  it('sends the token for the own bare JID, and a dummy after a refusal', () => {
    const mechanism = new OAuthBearer('example.org')
    expect(btoa(mechanism.response(login))).to.equal(
      'bixhPWFsaWNlQGV4YW1wbGUub3JnLAFhdXRoPUJlYXJlciBleUpoLmV5SnouYzJsbgEB',
    )
    mechanism.challenge()
    expect(btoa(mechanism.response(login))).to.equal('AQ==')
  })

  it('escapes what has a meaning in the header, and speaks UTF-8', () => {
    const message = new OAuthBearer('example.org').response({ ...login, username: 'a,b=ü' })
    expect(Buffer.from(message, 'latin1').toString()).to.equal(
      'n,a=a=2Cb=3Dü@example.org,\x01auth=Bearer eyJh.eyJz.c2ln\x01\x01',
    )
  })
})

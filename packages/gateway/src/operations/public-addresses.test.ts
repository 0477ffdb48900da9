import { expect } from 'chai'
import { PublicAddresses } from './public-addresses.ts'

describe('PublicAddresses', () => {
  const addresses = new PublicAddresses({ publicUrl: 'https://chat.example/sluice' })

  it('puts any file name into a link so that it comes out again', () => {
    for (const name of ['a b.png', '100% #1?.txt', 'Übung/€.pdf', "it's (1).jpg"]) {
      const link = addresses.media('id', name)
      const { pathname, search, hash } = new URL(link)
      expect(decodeURIComponent(pathname.split('/').at(-1) ?? ''), name).to.equal(name)
      expect(search + hash).to.equal('')
    }
  })

  it('keeps the path of the public URL, and speaks TLS where it does', () => {
    expect(addresses.upload('id')).to.equal('https://chat.example/sluice/uploads/id')
    expect(addresses.websocket).to.equal('wss://chat.example/sluice/xmpp-websocket')
    expect(new PublicAddresses({ publicUrl: 'http://localhost:8400' }).websocket).to.equal(
      'ws://localhost:8400/xmpp-websocket',
    )
  })
})

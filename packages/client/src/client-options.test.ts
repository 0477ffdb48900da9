import { expect } from 'chai'
import { addressOf } from './client-options.ts'
import { TransferError } from './transfers/transfer-error.ts'

describe('where and as whom to log in', () => {
  it('takes a name, a bare JID, or a full JID with its resource', () => {
    const options = { websocketUrl: 'wss://chat.example.org/ws', domain: 'example.org' }
    const alice = {
      url: options.websocketUrl,
      domain: 'example.org',
      username: 'alice',
      account: 'alice@example.org',
    }
    expect(addressOf(options, 'alice')).to.deep.equal({ ...alice, resource: undefined })
    expect(addressOf(options, 'Alice@Example.org')).to.deep.equal({ ...alice, resource: undefined })
    expect(addressOf(options, 'alice@example.org/My Phone')).to.deep.equal({ ...alice, resource: 'My Phone' })
  })

  it('asks the domain when no address is given', () => {
    expect(addressOf({ domain: 'example.org' }, 'alice').url).to.equal(undefined)
    expect(addressOf({ serverUrl: 'http://127.0.0.1:8400' }, 'alice')).to.deep.include({
      url: 'ws://127.0.0.1:8400/xmpp-websocket',
      domain: 'localhost',
    })
  })

  it('refuses what is none of these', () => {
    for (const [options, user] of [
      [{}, 'alice@example.org'],
      [{ domain: 'example.org' }, ''],
      [{ domain: 'example.org' }, 'alice@example.org/'],
      [{ domain: 'example.org' }, '@example.org'],
      [{ websocketUrl: 'https://example.org' }, 'alice'],
      [{ serverUrl: 'wss://example.org' }, 'alice'],
    ] as const)
      expect(() => addressOf(options, user), user).to.throw(TransferError)
  })
})

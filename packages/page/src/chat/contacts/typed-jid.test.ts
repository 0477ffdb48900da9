import { expect } from 'chai'
import { describe, it } from 'mocha'
import { typedJid } from './typed-jid.ts'

describe('an address that somebody types', () => {
  it('is at the own server if it is only a name', () => {
    expect(typedJid(' Bob ', 'me@example.org')).to.equal('bob@example.org')
  })

  it('can be at any server', () => {
    expect(typedJid('bob@other.example', 'me@example.org')).to.equal('bob@other.example')
    expect(typedJid('xmpp:bob@other.example', 'me@example.org')).to.equal('bob@other.example')
  })

  it('is not taken when it cannot be one', () => {
    for (const typed of ['', ' ', '@', 'a b', 'a@', '@b', 'a@b@c', 'a@b/c', 'a/b', 'a<b'])
      expect(typedJid(typed, 'me@example.org'), typed).to.equal(undefined)
  })
})

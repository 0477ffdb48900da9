import { expect } from 'chai'
import { prepareJid } from './jid.ts'
import { Refusal } from './refusals.ts'

function itPrepares(given: string, full: string, why: string): void {
  it(`prepares ${JSON.stringify(given)} as ${JSON.stringify(full)}: ${why}`, () => {
    expect(prepareJid(given).full).to.equal(full)
  })
}

function itRefuses(given: string, why: string): void {
  it(`refuses ${JSON.stringify(given.slice(0, 40))}: ${why}`, () => {
    expect(() => prepareJid(given))
      .to.throw(Refusal)
      .with.property('code', 'bad-jid')
  })
}

describe('prepareJid', () => {
  it('gives the parts of a full JID', () => {
    expect(prepareJid('Alice@Example.ORG/Phone')).to.deep.equal({
      bare: 'alice@example.org',
      full: 'alice@example.org/Phone',
      local: 'alice',
      domain: 'example.org',
      resource: 'Phone',
    })
  })

  it('leaves out the parts that are not there', () => {
    expect(prepareJid('media.example.org')).to.deep.equal({
      bare: 'media.example.org',
      full: 'media.example.org',
      domain: 'media.example.org',
    })
  })

  itPrepares('example.org/a/b@c', 'example.org/a/b@c', 'the first slash begins the resource (RFC 7622 §3.1)')
  itPrepares('alice@example.org.', 'alice@example.org', 'a final dot is dropped (RFC 7622 §3.2)')
  itPrepares('alice@ex．ample｡org.', 'alice@ex.ample.org', 'so do wide and half-width stops (IDNA)')
  itPrepares('alice@example。org', 'alice@example.org', 'an ideographic full stop separates labels (IDNA)')
  itPrepares('ａｌｉｃｅ@example.org', 'alice@example.org', 'full width is plain width (RFC 8265 §3.3.1)')
  itPrepares('E\u0301VE@example.org', '\u00e9ve@example.org', 'composed (NFC)')
  itPrepares('ΣΊΣΥΦΟΣ@example.org', 'σίσυφος@example.org', 'lower case as Unicode has it')
  itPrepares('Fußball@BÜCHER.example', 'fußball@bücher.example', 'ß stays (RFC 7622 §3.5)')
  itPrepares('alice@[2001:DB8::1]', 'alice@[2001:db8::1]', 'an IP literal is a domain')
  itPrepares('alice@127.0.0.1/x', 'alice@127.0.0.1/x', 'so is an IPv4 address')
  itPrepares(
    'alice@example.org/my\u00a0phone',
    'alice@example.org/my phone',
    'every space is a space (RFC 8265 §4.2.1)',
  )
  itPrepares(`${'a'.repeat(1023)}@b`, `${'a'.repeat(1023)}@b`, '1023 bytes are allowed')

  itRefuses('', 'there is no domain')
  itRefuses('@example.org', 'the local part is empty')
  itRefuses('alice@', 'the domain is empty')
  itRefuses('alice@.', 'the domain is empty')
  itRefuses('alice@example.org/', 'the resource is empty')
  for (const character of '"&\':<>') itRefuses(`al${character}ice@example.org`, 'RFC 7622 §3.3.1 forbids it')
  itRefuses('al＠ice@example.org', 'full width hides an @')
  itRefuses('alice@bob@example.org', 'a domain has no @')
  itRefuses('alice smith@example.org', 'a space')
  itRefuses('alice\u0000@example.org', 'a control character')
  itRefuses('alice\u200b@example.org', 'an invisible character')
  itRefuses('alice\ufe0f@example.org', 'a variation selector is invisible (RFC 8264 §9.13)')
  itRefuses('al\u034fice@example.org', 'so is a grapheme joiner')
  itRefuses('\u115falice@example.org', 'so is a Hangul filler')
  itRefuses('alice@exam\ufe0fple.org', 'in the domain too')
  itRefuses('ﬁona@example.org', 'a ligature looks like two letters (RFC 8264 §9.17)')
  itRefuses('🦊@example.org', 'a symbol is no letter (RFC 8264 §4.2)')
  itRefuses('alice@exa mple.org', 'a space in the domain')
  itRefuses('alice@a..b', 'an empty label')
  itRefuses('alice@ﬁle.org', 'a ligature in the domain')
  itRefuses('alice@example.org/a\u0007b', 'a control character in the resource')
  itRefuses('alice@example.org/\ud800', 'half a character in the resource')
  itRefuses(`${'a'.repeat(1024)}@b`, 'the local part is too long')
  itRefuses(`${'é'.repeat(512)}@b`, 'bytes count, not characters')
  itRefuses(`a@${'b'.repeat(1024)}`, 'the domain is too long')
  itRefuses(`a@b/${'😀'.repeat(256)}`, 'the resource is too long')

  it('does not normalise what is too long anyway, which would take seconds', () => {
    expect(() => prepareJid(`a@b/${'\u0301\u0327'.repeat(100_000)}`)).to.throw(Refusal, 'it is too long')
    const decomposed = '\u00fc\u0304'.normalize('NFD').repeat(511)
    expect(prepareJid(`${decomposed}@${'b'.repeat(1023)}/${'r'.repeat(1023)}`).local).to.have.lengthOf(511)
  })
})

import { expect } from 'chai'
import { parseXml } from '../test/parse-xml.ts'
import { decodeHttpSlot, decodeSlotRequest, purposeFeature } from './http-upload.ts'
import { Refusal } from './refusals.ts'

function slot(put: string, get = "<get url='https://a/x'/>") {
  return parseXml(`<slot xmlns='urn:xmpp:http:upload:0'>${put}${get}</slot>`, { layout: 'kept' })
}

describe('decodeHttpSlot', () => {
  it('takes the three headers that XEP-0363 allows, whatever their case, and no other', () => {
    const headers =
      "<header name='authorization'>Basic x</header><header name='COOKIE'>y</header><header name='Host'>z</header><header>w</header>"
    expect(decodeHttpSlot(slot(`<put url='https://a/x'>${headers}</put>`)).headers).to.deep.equal({
      Authorization: 'Basic x',
      Cookie: 'y',
    })
  })

  it('lets no header smuggle in another', () => {
    const header = "<header name='Cookie'>a\nHost: b</header>"
    expect(decodeHttpSlot(slot(`<put url='https://a/x'>${header}</put>`)).headers.Cookie).to.equal('aHost: b')
  })

  it('refuses a slot without both URLs', () => {
    for (const odd of [slot(''), slot("<put url='https://a/x'/>", ''), slot("<put url='ftp://a/x'/>")]) {
      expect(() => decodeHttpSlot(odd)).to.throw(Refusal, 'an http or https URL')
    }
  })
})

describe('decodeSlotRequest', () => {
  it('does without a media type', () => {
    const request = parseXml("<request xmlns='urn:xmpp:http:upload:0' filename='a.txt' size='1'/>", {
      layout: 'kept',
    })
    expect(decodeSlotRequest(request)).to.deep.equal({ name: 'a.txt', size: 1 })
  })

  const withPurpose = (purpose: string) =>
    decodeSlotRequest(
      parseXml(`<request xmlns='urn:xmpp:http:upload:0' filename='a.txt' size='1'>${purpose}</request>`, {
        layout: 'kept',
      }),
    ).purpose
  const NS = "xmlns='urn:xmpp:http:upload:purpose:0'"

  it('reads what the file is for, and ignores purposes that it does not know', () => {
    for (const kind of ['message', 'profile', 'permanent'] as const) {
      expect(withPurpose(`<${kind} ${NS}/>`)).to.deep.equal({ kind })
    }
    expect(withPurpose(`<ephemeral ${NS} expire-before='2025-09-11T01:08:25+02:00'/>`)).to.deep.equal({
      kind: 'ephemeral',
      expireBefore: new Date('2025-09-10T23:08:25Z'),
    })
    for (const other of ['', `<nostalgia ${NS}/>`, "<profile xmlns='urn:other'/>"]) {
      expect(withPurpose(other)).to.equal(undefined)
    }
  })

  it('refuses an ephemeral file that does not say until when', () => {
    for (const until of ['', "expire-before='tomorrow'", "expire-before='2025-13-41T00:00:00Z'"]) {
      expect(() => withPurpose(`<ephemeral ${NS} ${until}/>`), until).to.throw(Refusal, 'expire-before')
    }
  })
})

describe('purposeFeature', () => {
  it('names the feature that the XEP gives each purpose', () => {
    expect(purposeFeature('profile')).to.equal('urn:xmpp:http:upload:purpose:0#profile')
  })
})

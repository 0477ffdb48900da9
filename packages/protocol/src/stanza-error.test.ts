import { expect } from 'chai'
import { parseXml } from '../test/parse-xml.ts'
import { Refusal } from './refusals.ts'
import { decodeStanzaError, encodeStanzaError } from './stanza-error.ts'

const CONDITION = 'urn:ietf:params:xml:ns:xmpp-stanzas'

function decoded(attributes: string, children: string) {
  return decodeStanzaError(
    parseXml(`<error xmlns='jabber:client' ${attributes}>${children}</error>`, { layout: 'kept' }),
  )
}

describe('decodeStanzaError', () => {
  it('reads the error of any server', () => {
    const error = decoded(
      "type='wait'",
      `<remote-server-timeout xmlns='${CONDITION}'/><text xmlns='${CONDITION}'>Gone fishing</text>`,
    )
    expect(error).to.deep.equal({
      condition: 'remote-server-timeout',
      type: 'wait',
      text: 'Gone fishing',
      details: {},
    })
  })

  it('finds the condition behind the text, too', () => {
    const error = decoded('', `<text xmlns='${CONDITION}'>No</text><gone xmlns='${CONDITION}'/>`)
    expect(error).to.include({ condition: 'gone', text: 'No' })
  })

  it('makes do with an empty error', () => {
    expect(decoded('', '')).to.deep.equal({ condition: 'undefined-condition', type: 'cancel', details: {} })
  })

  it('reads the limit of a foreign upload service (XEP-0363 §5)', () => {
    const tooLarge = (content: string) =>
      `<file-too-large xmlns='urn:xmpp:http:upload:0'>${content}</file-too-large>`
    expect(decoded('', tooLarge('<max-file-size>20000</max-file-size>'))).to.deep.include({
      code: 'file-too-large',
      details: { limit: 20000 },
    })
    for (const odd of ['', '<max-file-size/>', '<max-file-size>-1</max-file-size>']) {
      expect(decoded('', tooLarge(odd))).to.deep.include({ code: 'file-too-large', details: {} })
    }
  })

  it('reads when the quota of a foreign upload service will do again (XEP-0363 §6)', () => {
    const quota = (retry: string, condition = 'resource-constraint') =>
      decoded("type='wait'", `<${condition} xmlns='${CONDITION}'/>${retry}`)
    const retry = (stamp: string) => `<retry xmlns='urn:xmpp:http:upload:0' ${stamp}/>`
    expect(quota(retry("stamp='2017-12-03T23:42:05Z'"))).to.deep.include({
      code: 'over-quota',
      details: { retryAt: '2017-12-03T23:42:05.000Z' },
    })
    expect(quota(retry("stamp='soon'"))).to.deep.include({ code: 'over-quota', details: {} })
    expect(quota('')).not.to.have.property('code')
    expect(quota(retry("stamp='2017-12-03T23:42:05Z'"), 'service-unavailable')).not.to.have.property('code')
  })

  it('does not know a code that it does not know', () => {
    for (const code of ['out-of-coffee', 'toString', '']) {
      expect(decoded('', `<refusal xmlns='urn:sluice:media:1' code='${code}'/>`)).not.to.have.property('code')
    }
  })

  it('takes of the details what is text or number', () => {
    const refusal = (details: string) =>
      `<refusal xmlns='urn:sluice:media:1' code='upload-differs'>${details}</refusal>`
    expect(decoded('', refusal('{"field":"size","n":1,"x":null,"y":[]}')).details).to.deep.equal({
      field: 'size',
      n: 1,
    })
    for (const odd of ['', '{', 'null', '"x"']) expect(decoded('', refusal(odd)).details).to.deep.equal({})
  })

  it('refuses what is no error', () => {
    expect(() => decodeStanzaError(parseXml('<iq/>', { layout: 'kept' }))).to.throw(
      Refusal,
      'must be an error',
    )
  })
})

describe('encodeStanzaError', () => {
  it('says the limit in the words of XEP-0363 when it is known', () => {
    const limit = (details: Record<string, number>) =>
      encodeStanzaError(new Refusal('file-too-large', details))
        .getChild('file-too-large')
        ?.getChildText('max-file-size')
    expect(limit({ limit: 20000 })).to.equal('20000')
    expect(limit({})).to.equal(null)
  })

  it('says when a quota will do again in the words of XEP-0363 when that is known', () => {
    const stamp = (details: Record<string, string>) =>
      encodeStanzaError(new Refusal('over-quota', details)).getChild('retry', 'urn:xmpp:http:upload:0')?.attrs
        .stamp
    expect(stamp({ retryAt: '2026-03-01T13:00:00+01:00' })).to.equal('2026-03-01T12:00:00.000Z')
    expect(stamp({ retryAt: 'soon' })).to.equal(undefined)
    expect(stamp({})).to.equal(undefined)
  })

  it('never fails on words that XML cannot carry', () => {
    const details = { reason: 'a\u0000b\uffff' }
    const error = encodeStanzaError(new Refusal('bad-request', details))
    expect(decodeStanzaError(error).details).to.deep.equal(details)
    expect(parseXml(error.toString(), { layout: 'kept' }).getChildText('text')).to.equal(
      'The request is malformed: a\ufffdb\ufffd',
    )
  })
})

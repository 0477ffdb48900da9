import { randomBytes } from 'node:crypto'
import {
  decodeHttpSlot,
  decodeLocation,
  decodeSlot,
  decodeStanzaError,
  decodeStatus,
  decodeUploads,
  element,
  encodeCommand,
  encodeDelete,
  encodeLocate,
  encodeOffer,
  encodeSlotRequest,
  encodeUploads,
  NS,
  type Slot,
  type XmlElement,
} from '@sluice/protocol'
import { expect } from 'chai'
import { LIMIT, offerOf, patch, type TestNode, TransferBed } from '../../test/transfer/transfer-bed.ts'
import { MediaStanzas } from './media-stanzas.ts'

const PHONE = { full: 'alice@example.org/phone', bare: 'alice@example.org' }
const TABLET = { full: 'alice@example.org/tablet', bare: 'alice@example.org' }
const MALLORY = { full: 'mallory@example.org/phone', bare: 'mallory@example.org' }
const BYTES = randomBytes(100_000)

describe('MediaStanzas', () => {
  let bed: TransferBed
  let node: TestNode
  let media: MediaStanzas
  const failures: object[] = []

  before(async () => {
    bed = await TransferBed.open()
    node = await bed.addNode()
    const ignore = () => {}
    const error = (fields: object) => void failures.push(fields)
    media = new MediaStanzas({
      transfer: node.transfer,
      logger: { debug: ignore, info: ignore, warn: ignore, error },
    })
  })

  after(() => bed.close())

  const answer = (type: string, payload: XmlElement | undefined, from = PHONE) => {
    const attrs = { xmlns: NS.client, type, id: 'q1', to: 'media.example.org', from: from.full }
    return media.answer(element('iq', attrs, payload), from)
  }

  /** The payload of the result, or the refusal's code or, for want of one, the condition. */
  async function ask(
    type: 'get' | 'set',
    payload: XmlElement,
    from = PHONE,
  ): Promise<XmlElement | string | undefined> {
    const iq = await answer(type, payload, from)
    expect(iq?.attrs).to.include({ id: 'q1', to: from.full, from: 'media.example.org', xmlns: NS.client })
    const child = iq?.getChildElements()[0]
    if (iq?.attrs.type === 'result' || !child) return child
    const { code, condition } = decodeStanzaError(child)
    return code ?? condition
  }

  const element1 = (payload: XmlElement | string | undefined): XmlElement => {
    if (typeof payload === 'object') return payload
    throw new Error(`expected a payload, got ${payload}`)
  }
  const offer = async (more: object = {}): Promise<Slot> =>
    decodeSlot(element1(await ask('set', encodeOffer(offerOf(BYTES, more)))))

  it('offers, and remembers the device that progress goes to', async () => {
    const slot = await offer()
    expect(slot).to.include({ state: 'offered', committed: 0, size: BYTES.length })
    const upload = await bed.upload(node, slot.uploadId)
    expect(upload.owner).to.equal('alice@example.org')
    expect(upload.delivery?.progressJid).to.equal(PHONE.full)
  })

  it('cancels, lists and resumes on another device', async () => {
    const { uploadId } = await offer()
    const cancelled = decodeStatus(element1(await ask('set', encodeCommand('cancel', uploadId))))
    expect(cancelled).to.include({ uploadId, state: 'cancelled' })
    const listed = decodeUploads(element1(await ask('get', encodeUploads(), TABLET)))
    expect(listed.map((upload) => upload.uploadId)).to.include(uploadId)
    const resumed = decodeSlot(element1(await ask('set', encodeCommand('resume', uploadId), TABLET)))
    expect(resumed.state).not.to.equal('cancelled')
    expect((await bed.upload(node, uploadId)).delivery?.progressJid).to.equal(TABLET.full)
  })

  it('discards', async () => {
    const { uploadId } = await offer()
    const status = decodeStatus(element1(await ask('set', encodeCommand('discard', uploadId))))
    expect(status.state).to.equal('discarded')
  })

  it('leases the message of a complete upload to one device, takes the word that it is sent, locates and deletes it', async () => {
    const { getUrl, uploadId } = await offer()
    await patch(node, uploadId, BYTES)
    expect(await ask('set', encodeCommand('claim', uploadId))).to.equal(undefined)
    expect(await ask('set', encodeCommand('claim', uploadId), TABLET)).to.equal('claimed-elsewhere')
    expect(await ask('set', encodeCommand('sent', uploadId))).to.equal(undefined)
    const mediaId = (await bed.upload(node, uploadId)).media.id
    expect(getUrl).to.include(mediaId)
    const location = decodeLocation(element1(await ask('get', encodeLocate(mediaId), MALLORY)))
    expect(location).to.include({ mediaId, size: BYTES.length })
    expect(await ask('set', encodeDelete(mediaId), MALLORY)).to.be.a('string')
    expect(await ask('set', encodeDelete(mediaId))).to.equal(undefined)
    expect(await ask('get', encodeLocate(mediaId))).to.equal('media-gone')
  })

  it('knows nothing of another account’s uploads', async () => {
    const { uploadId } = await offer()
    for (const name of ['cancel', 'resume', 'discard', 'claim', 'sent'] as const) {
      expect(await ask('set', encodeCommand(name, uploadId), MALLORY), name).to.equal('upload-not-found')
    }
    expect(decodeUploads(element1(await ask('get', encodeUploads(), MALLORY)))).to.deep.equal([])
    expect((await bed.upload(node, uploadId)).state).to.equal('offered')
  })

  const repeated = offerOf(BYTES, { messageId: 'repeated' })
  const encoded = (attrs: Record<string, string>) => {
    const payload = encodeOffer(repeated)
    Object.assign(payload.attrs, attrs)
    return payload
  }
  const refused: [what: string, payload: () => XmlElement, code: string][] = [
    ['more than the limit', () => encoded({ message: 'm1', size: String(LIMIT + 1) }), 'file-too-large'],
    ['a negative size', () => encoded({ message: 'm1', size: '-1' }), 'bad-size'],
    ['a size that is no number', () => encoded({ message: 'm1', size: '1e3' }), 'bad-size'],
    ['the name ../../x', () => encoded({ message: 'm1', name: '../../x' }), 'bad-name'],
    ['a name of 300 characters', () => encoded({ message: 'm1', name: 'x'.repeat(300) }), 'bad-name'],
    ['a name with control characters', () => encoded({ message: 'm1', name: 'a\tb' }), 'bad-name'],
    ['a repeated message id with another size', () => encoded({ size: '1' }), 'upload-differs'],
  ]
  for (const [what, payload, code] of refused) {
    it(`refuses an offer of ${what}: ${code}`, async () => {
      await ask('set', encodeOffer(repeated))
      expect(await ask('set', payload())).to.equal(code)
    })
  }

  it('takes an offer of 0 bytes, and a name with right-to-left marks without them', async () => {
    const slot = await offer({ size: 0 })
    expect(slot.size).to.equal(0)
    const named = decodeSlot(element1(await ask('set', encoded({ message: 'm2', name: 'a\u202Egpj.exe' }))))
    expect((await bed.upload(node, named.uploadId)).media.name).to.equal('agpj.exe')
  })

  it('gives a plain slot, whose address alone does for the PUT (XEP-0363)', async () => {
    const request = { name: 'a.jpg', size: BYTES.length, mediaType: 'image/jpeg' }
    const purpose = { kind: 'profile' } as const
    const slot = decodeHttpSlot(element1(await ask('get', encodeSlotRequest({ ...request, purpose }))))
    expect(slot.headers).to.deep.equal({})
    const [, mediaId = '', token = ''] = /slots\/([\w-]+)\/.*\?token=(.+)$/.exec(slot.putUrl) ?? []
    expect(slot.getUrl).to.contain(mediaId)
    expect(await node.transfer.tokens.verifyPut(token)).to.equal(mediaId)
    const upload = await node.ledger.port.findByMedia(mediaId)
    expect(upload).to.include({ owner: PHONE.bare, size: BYTES.length })
    expect(upload?.media).to.include({ name: 'a.jpg', type: 'image/jpeg' })
  })

  it('refuses a plain slot in the words of XEP-0363', async () => {
    const slotRequest = (more: Record<string, string>, ...children: XmlElement[]) =>
      element('request', { xmlns: NS.httpUpload, filename: 'a', size: '1', ...more }, ...children)
    const iq = await answer('get', slotRequest({ size: String(LIMIT + 1) }))
    const limit = iq?.getChild('error')?.getChild('file-too-large', NS.httpUpload)
    expect(limit?.getChildText('max-file-size')).to.equal(String(LIMIT))
    const until = { xmlns: NS.uploadPurpose, 'expire-before': '2030-01-01T00:00:00Z' }
    for (const [payload, code] of [
      [slotRequest({ filename: '../../x' }), 'bad-name'],
      [slotRequest({ filename: 'x'.repeat(300) }), 'bad-name'],
      [slotRequest({ size: '-1' }), 'bad-size'],
      [slotRequest({ 'content-type': 'no type' }), 'bad-request'],
      [slotRequest({}, element('ephemeral', until)), 'purpose-unsupported'],
    ] as const) {
      expect(await ask('get', payload)).to.equal(code)
    }
    expect(await ask('set', slotRequest({}))).to.equal('service-unavailable')
  })

  it('says what it is, the largest file and the purposes that it serves', async () => {
    const info = element1(await ask('get', element('query', { xmlns: NS.discoInfo })))
    expect(info.getChild('identity')?.attrs).to.include({ category: 'store', type: 'file' })
    const features = info.getChildren('feature').map(({ attrs }) => attrs.var)
    const purposes = ['message', 'profile', 'permanent'].map((kind) => `${NS.uploadPurpose}#${kind}`)
    expect(features).to.include.members([NS.media, NS.httpUpload, ...purposes])
    expect(features).not.to.include(`${NS.uploadPurpose}#ephemeral`)
    const fields = info.getChild('x', NS.dataForms)?.getChildren('field') ?? []
    const said = fields.map((field) => [field.attrs.var, field.getChildText('value')])
    expect(said).to.deep.equal([
      ['FORM_TYPE', NS.httpUpload],
      ['max-file-size', String(LIMIT)],
    ])
  })

  it('gives the same slot for the same offer again', async () => {
    const first = await offer({ messageId: 'same' })
    expect((await offer({ messageId: 'same' })).uploadId).to.equal(first.uploadId)
  })

  it('answers an unknown stanza, one of the wrong type, and none that is an answer', async () => {
    expect(await ask('set', element('launch', { xmlns: NS.media }))).to.equal('service-unavailable')
    expect(await ask('get', encodeCommand('cancel', 'x'))).to.equal('service-unavailable')
    expect(await answer('result', undefined)).to.equal(undefined)
    expect(await answer('error', encodeUploads())).to.equal(undefined)
  })

  it('answers internal-error, which may be tried again, and logs it, when the ledger fails', async () => {
    const broken = new MediaStanzas({
      transfer: { ...node.transfer, listUploads: { run: () => Promise.reject(new Error('down')) } },
      logger: { debug() {}, info() {}, warn() {}, error: (fields) => void failures.push(fields) },
    })
    const iq = element('iq', { xmlns: NS.client, type: 'get', id: 'q1' }, encodeUploads())
    const error = (await broken.answer(iq, PHONE))?.getChild('error')
    expect(error && decodeStanzaError(error)).to.include({ code: 'internal-error', type: 'wait' })
    expect(failures).to.have.length(1)
  })
})

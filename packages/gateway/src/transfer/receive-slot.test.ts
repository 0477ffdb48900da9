import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { ScriptedBody } from '../../test/transfer/scripted-body.ts'
import {
  ALICE,
  BOB,
  LIMIT,
  refusalOf,
  type TestNode,
  TransferBed,
  until,
} from '../../test/transfer/transfer-bed.ts'
import type { SlotBody } from './receive-slot.ts'
import type { UploadRecord } from './upload-ledger.ts'

describe('Slots', () => {
  let bed: TransferBed
  let node: TestNode
  let other: TestNode
  const bytes = randomBytes(700_000)
  const others = randomBytes(700_000)

  before(async function () {
    this.timeout(60_000)
    bed = await TransferBed.open()
    node = await bed.addNode()
    other = await bed.addNode()
  })

  afterEach(() => {
    node.ledger.heal()
    node.store.heal()
  })

  after(() => bed.close())

  async function asked(size = bytes.length, on = node): Promise<string> {
    const { putUrl } = await on.transfer.requestSlot.run({ principal: ALICE, name: 'a b.jpg', size })
    return putUrl.split('/')[4] ?? ''
  }

  const put = (mediaId: string, body: ScriptedBody, more: Partial<SlotBody> = {}, on = node) =>
    on.transfer.receiveSlot.run({ mediaId, body, ...more })

  const putWhole = (mediaId: string, sent = bytes, on = node) =>
    put(mediaId, ScriptedBody.of(sent), { length: sent.length }, on)

  async function behind(mediaId: string): Promise<UploadRecord> {
    const upload = await node.ledger.port.findByMedia(mediaId)
    if (!upload) throw new Error('there is no such media')
    return upload
  }

  async function served(mediaId: string): Promise<Buffer | string> {
    try {
      const media = await other.transfer.downloadMedia.open({ mediaId })
      const parts: Uint8Array[] = []
      for await (const part of media.read(0, media.size)) parts.push(part)
      return Buffer.concat(parts)
    } catch (error) {
      return await refusalOf(Promise.reject(error))
    }
  }

  async function expectServed(mediaId: string, expected = bytes): Promise<void> {
    const got = await served(mediaId)
    expect(typeof got === 'string' ? got : got.equals(expected)).to.equal(true)
  }

  /** A PUT that has sent `sent`, all of it read, and waits. */
  async function begun(
    mediaId: string,
    sent: Buffer,
    on = node,
  ): Promise<{ body: ScriptedBody; done: Promise<unknown> }> {
    const body = new ScriptedBody().send(sent)
    const done = put(mediaId, body, { length: bytes.length }, on)
    done.catch(() => {})
    await until(async () => on.transfer.writers.received((await behind(mediaId)).id) === sent.length)
    return { body, done }
  }

  /** Runs every sweep that is due, and those for late PUTs. */
  async function sweep(): Promise<void> {
    await node.transfer.sweepUploads.run()
    await bed.sql("update upload set sweep_at = now() - interval '1 second' where sweep_at is not null", [])
    await node.transfer.sweepUploads.run()
  }

  it('gives an address that is enough for a PUT, and one that answers once it is done', async () => {
    const file = { principal: ALICE, name: 'a b.jpg', size: bytes.length, mediaType: 'image/jpeg' }
    const { putUrl, getUrl, headers } = await node.transfer.requestSlot.run(file)
    const [, mediaId = '', token = ''] = /slots\/([\w-]+)\/a b\.jpg\?token=(.*)$/.exec(putUrl) ?? []
    expect(headers).to.deep.equal({})
    expect(getUrl).to.equal(`https://example.org/media/${mediaId}/a b.jpg`)
    expect(await node.transfer.tokens.verifyPut(token)).to.equal(mediaId)
    expect(await served(mediaId)).to.equal('media-not-found')
    expect(await putWhole(mediaId)).to.include({ state: 'complete', committed: bytes.length })
    await expectServed(mediaId)
    expect(await behind(mediaId)).to.deep.include({
      owner: ALICE.owner,
      messageId: undefined,
      media: { id: mediaId, name: 'a b.jpg', type: 'image/jpeg' },
    })
  })

  it('gives a token for nothing but the PUT, for an hour', async () => {
    const { putUrl } = await node.transfer.requestSlot.run({ principal: ALICE, name: 'x', size: 1 })
    const { tokens } = node.transfer
    const token = new URL(putUrl).searchParams.get('token') ?? ''
    expect(await refusalOf(tokens.verify(token))).to.equal('not-authorized')
    expect(await refusalOf(tokens.verifyPut(await tokens.issueAccount(ALICE.owner)))).to.equal(
      'not-authorized',
    )
    const { exp = 0 } = decodeJwt(token)
    expect(exp - bed.clock.now().getTime() / 1000).to.be.within(3_598, 3_600)
  })

  const file = { principal: ALICE, name: 'x', size: 1 }
  for (const [what, request, code] of [
    ['a path for a name', { ...file, name: '../../x' }, 'bad-name'],
    ['a name of 300 characters', { ...file, name: 'x'.repeat(300) }, 'bad-name'],
    ['a name with control characters', { ...file, name: 'a\u0007b' }, 'bad-name'],
    ['a negative size', { ...file, size: -1 }, 'bad-size'],
    ['more than the limit', { ...file, size: LIMIT + 1 }, 'file-too-large'],
    ['a type that is none', { ...file, mediaType: 'x y' }, 'bad-request'],
    [
      'a file that must vanish in time',
      { ...file, purpose: { kind: 'ephemeral', expireBefore: new Date() } },
      'purpose-unsupported',
    ],
    [
      'the token of another slot',
      { ...file, principal: { ...ALICE, grant: { uploadId: 'x', grantNo: 0 } } },
      'forbidden',
    ],
  ] as const) {
    it(`gives no slot for ${what}: ${code}`, async () => {
      expect(await refusalOf(node.transfer.requestSlot.run(request))).to.equal(code)
    })
  }

  it('takes a body that does not say how long it is', async () => {
    const mediaId = await asked()
    expect(await put(mediaId, ScriptedBody.of(bytes))).to.include({ state: 'complete' })
    await expectServed(mediaId)
  })

  it('takes the PUT of an empty file, with and without its length, and one with a byte not', async () => {
    const mediaId = await asked(0)
    expect(await served(mediaId)).to.equal('media-not-found')
    expect(await refusalOf(put(mediaId, ScriptedBody.of(Buffer.from('x'))))).to.equal('body-too-long')
    expect(await put(mediaId, ScriptedBody.of(Buffer.alloc(0)))).to.include({ state: 'complete' })
    await expectServed(mediaId, Buffer.alloc(0))
    expect(await putWhole(await asked(0), Buffer.alloc(0))).to.include({ state: 'complete' })
  })

  it('refuses a body of another length before it reads a byte of it', async () => {
    const mediaId = await asked()
    const body = new ScriptedBody()
    for (const [length, code] of [
      [bytes.length - 1, 'body-too-short'],
      [0, 'body-too-short'],
      [bytes.length + 1, 'body-too-long'],
    ] as const) {
      expect(await refusalOf(put(mediaId, body, { length }))).to.equal(code)
    }
    expect(await behind(mediaId)).to.include({ state: 'offered', epoch: 0 })
  })

  it('never completes a body that ends early or goes too far, and takes a right one after it', async () => {
    for (const [sent, code] of [
      [bytes.subarray(1), 'body-too-short'],
      [Buffer.concat([bytes, Buffer.from('x')]), 'body-too-long'],
    ] as const) {
      const mediaId = await asked()
      expect(await refusalOf(put(mediaId, ScriptedBody.of(sent)))).to.equal(code)
      expect(await served(mediaId)).to.equal('media-not-found')
      const failed = await behind(mediaId)
      expect(failed.state).to.equal('discarded')
      expect(await putWhole(mediaId, others)).to.include({ state: 'complete' })
      await expectServed(mediaId, others)
      await sweep()
      expect(bed.keysOf(failed.id)).to.deep.equal([])
      await expectServed(mediaId, others)
    }
  })

  it('serves nothing of a PUT that broke off, and never splices the next one to it (LEDGER fault 8)', async () => {
    const mediaId = await asked()
    const first = await begun(mediaId, bytes.subarray(0, 600_000))
    first.body.breakOff()
    expect(await refusalOf(first.done as Promise<unknown>)).to.equal('upload-incomplete')
    const broken = await behind(mediaId)
    expect(broken.committed).to.equal(600_000)
    expect(await served(mediaId)).to.equal('media-not-found')

    expect(await putWhole(mediaId, others)).to.include({ state: 'complete' })
    expect((await behind(mediaId)).id).not.to.equal(broken.id)
    await expectServed(mediaId, others)
    await sweep()
    expect(bed.keysOf(broken.id)).to.deep.equal([])
  })

  it('begins anew where a node died in mid-PUT, with its bytes in the ledger (LEDGER fault 8)', async () => {
    const mediaId = await asked()
    await begun(mediaId, bytes.subarray(0, 600_000), other)
    bed.clock.pass(1_500)
    await until(async () => (await behind(mediaId)).committed === 600_000)
    // As after a SIGKILL: the row has a writer, and nobody ends it.
    const dead = await behind(mediaId)
    expect(dead).to.include({ state: 'receiving', epoch: 1 })
    expect(await putWhole(mediaId, others)).to.include({ state: 'complete' })
    await expectServed(mediaId, others)
    expect((await behind(mediaId)).id).not.to.equal(dead.id)
  })

  for (const [where, second] of [
    ['the same node', () => node],
    ['another node', () => other],
  ] as const) {
    it(`lets an older PUT commit no more once a newer one came, on ${where} (I3)`, async () => {
      const mediaId = await asked()
      const first = await begun(mediaId, bytes.subarray(0, 300_000))
      const old = await behind(mediaId)
      expect(await putWhole(mediaId, others, second())).to.include({ state: 'complete' })
      first.body.send(bytes.subarray(300_000)).end()
      expect(await bed.passUntil(refusalOf(first.done as Promise<unknown>))).to.equal('overtaken')
      await expectServed(mediaId, others)
      const { rows } = await bed.sql('select 1 from chunk where upload_id = $1 and start >= 300000', [old.id])
      expect(rows).to.deep.equal([])
      await sweep()
      expect(bed.keysOf(old.id)).to.deep.equal([])
    })
  }

  it('completes exactly one of ten PUTs at once, whole', async () => {
    const mediaId = await asked()
    const bodies = Array.from({ length: 10 }, () => randomBytes(bytes.length))
    const outcomes = await Promise.all(
      bodies.map((sent, n) =>
        putWhole(mediaId, sent, n % 2 ? node : other).then(
          () => 'complete',
          async (error: unknown) => refusalOf(Promise.reject(error)),
        ),
      ),
    )
    const winners = bodies.filter((_, n) => outcomes[n] === 'complete')
    expect(winners, String(outcomes)).to.have.length(1)
    await expectServed(mediaId, winners[0])
    const losers = new Set(outcomes.filter((outcome) => outcome !== 'complete'))
    expect(['overtaken', 'upload-complete', 'upload-busy']).to.include.members([...losers])
  })

  it('takes no other PUT once it is complete, taken back or expired', async () => {
    const mediaId = await asked()
    await putWhole(mediaId)
    expect(await refusalOf(putWhole(mediaId, others))).to.equal('upload-complete')
    await expectServed(mediaId)
    await node.transfer.deleteMedia.run({ principal: ALICE, mediaId })
    expect(await refusalOf(putWhole(mediaId, others))).to.equal('media-gone')

    const late = await asked()
    await bed.sql('update upload set expires_at = now() where id = $1', [(await behind(late)).id])
    expect(await refusalOf(putWhole(late))).to.equal('upload-expired')
    const failed = await asked()
    await refusalOf(put(failed, ScriptedBody.of(Buffer.from('x'))))
    await bed.sql('update upload set expires_at = now() where id = $1', [(await behind(failed)).id])
    expect(await refusalOf(putWhole(failed))).to.equal('upload-expired')
    expect(await refusalOf(putWhole('never-was'))).to.equal('media-not-found')
  })

  for (const method of ['take', 'replace'] as const) {
    for (const fault of ['before', 'after'] as const) {
      it(`completes a PUT whose ${method} fails ${fault} it was done`, async () => {
        const mediaId = await asked()
        if (method === 'replace') await refusalOf(put(mediaId, ScriptedBody.of(Buffer.from('x'))))
        node.ledger.fail(method, fault)
        expect(await putWhole(mediaId)).to.include({ state: 'complete' })
        await expectServed(mediaId)
      })
    }
  }

  it('answers unavailable when the ledger stays away, and takes the next PUT', async () => {
    const mediaId = await asked()
    node.ledger.failAlways('take', 'before')
    await putWhole(mediaId).then(
      () => expect.fail('it was taken'),
      (error: unknown) => expect(String(error)).to.contain('take failed'),
    )
    node.ledger.heal()
    expect(await putWhole(mediaId)).to.include({ state: 'complete' })
  })

  it('answers unavailable when the store stays away, discards what there was, and takes the next PUT', async () => {
    const mediaId = await asked()
    node.store.failAlways('put', 'before')
    expect(await bed.passUntil(refusalOf(putWhole(mediaId)), 1_000)).to.equal('unavailable')
    node.store.heal()
    expect((await behind(mediaId)).state).to.equal('discarded')
    expect(await putWhole(mediaId)).to.include({ state: 'complete' })
  })

  it('leaves what cannot be discarded to the next PUT', async () => {
    const mediaId = await asked()
    node.ledger.failAlways('fence', 'before')
    const failed = bed.passUntil(refusalOf(put(mediaId, ScriptedBody.of(bytes.subarray(1)))), 1_000)
    expect(await failed).to.equal('body-too-short')
    node.ledger.heal()
    expect(
      bed.logged.some(({ message }) => message === 'an unfinished slot could not be discarded'),
    ).to.equal(true)
    expect(await putWhole(mediaId, others)).to.include({ state: 'complete' })
    await expectServed(mediaId, others)
  })

  it('gives up a PUT whose client sends nothing for 30 s', async () => {
    const mediaId = await asked()
    const { done } = await begun(mediaId, bytes.subarray(0, 1000))
    expect(await bed.passUntil(refusalOf(done), 1_000)).to.equal('upload-incomplete')
    expect((await behind(mediaId)).state).to.equal('discarded')
  })

  it('lets no PUT of a client that has left overtake another', async () => {
    const mediaId = await asked()
    const body = new ScriptedBody()
    body.destroy()
    expect(await refusalOf(put(mediaId, body))).to.equal('upload-incomplete')
    expect(await behind(mediaId)).to.include({ state: 'offered', epoch: 0 })
  })

  it('answers upload-busy to PUTs that a drain ends, and to new ones', async () => {
    const leaving = await bed.addNode()
    const mediaId = await asked()
    const first = await begun(mediaId, bytes.subarray(0, 1000), leaving)
    await leaving.transfer.writers.drain()
    expect(await refusalOf(first.done)).to.equal('upload-busy')
    expect(await refusalOf(putWhole(mediaId, others, leaving))).to.equal('upload-busy')
    expect(await putWhole(mediaId, others)).to.include({ state: 'complete' })
    await expectServed(mediaId, others)
  })

  describe('that a chat server gave', () => {
    const given = { owner: BOB.owner, name: 'c.png', mediaType: 'image/png', size: bytes.length }
    const putGiven = (mediaId: string, sent = bytes, on = node) =>
      put(mediaId, ScriptedBody.of(sent), { length: sent.length, given }, on)

    it('are made by the first PUT', async () => {
      expect(await putGiven('given-1')).to.include({ state: 'complete' })
      await expectServed('given-1')
      expect(await behind('given-1')).to.deep.include({
        owner: BOB.owner,
        media: { id: 'given-1', name: 'c.png', type: 'image/png' },
      })
      expect(await refusalOf(putGiven('given-1', others))).to.equal('upload-complete')
    })

    it('are made once by PUTs at once, and one of them is served', async () => {
      const outcomes = await Promise.all(
        [bytes, others].map((sent, n) =>
          putGiven('given-2', sent, n ? node : other).then(
            () => sent,
            () => undefined,
          ),
        ),
      )
      const winners = outcomes.filter((sent) => sent !== undefined)
      expect(winners).to.have.length(1)
      await expectServed('given-2', winners[0])
    })

    it('are made also when the answer of the ledger is lost, and not when it cannot be reached', async () => {
      node.ledger.fail('offer', 'after')
      expect(await putGiven('given-3')).to.include({ state: 'complete' })
      node.ledger.fail('offer', 'before')
      await putGiven('given-4').then(
        () => expect.fail('it was taken'),
        (error: unknown) => expect(String(error)).to.contain('offer failed'),
      )
    })

    it('are held to the limit', async () => {
      const tooLarge = { ...given, size: LIMIT + 1 }
      expect(await refusalOf(put('given-5', new ScriptedBody(), { given: tooLarge }))).to.equal(
        'file-too-large',
      )
      expect(await node.ledger.port.findByMedia('given-5')).to.equal(undefined)
    })

    it('have their names mended where ours would be refused: they were let in, and their links signed', async () => {
      const named = { ...given, name: 'a\\b\u2028.png' }
      const sent = { length: bytes.length, given: named }
      expect(await put('given-6', ScriptedBody.of(bytes), sent)).to.include({ state: 'complete' })
      expect((await behind('given-6'))?.media.name).to.equal('a_b_.png')
    })
  })

  describe('and a daily quota', () => {
    let strict: TestNode

    before(async () => {
      strict = await bed.addNode({ dailyQuotaBytes: 1_000, maxUploadBytes: 1_000 })
    })

    it('count together with offers and tus uploads, and are refused with the time when there is room again', async () => {
      const principal = { owner: 'quota@example.org' }
      const { transfer } = strict
      await transfer.requestSlot.run({ principal, name: 'a', size: 400 })
      await transfer.createUpload.run({ principal, name: 'b', type: 'text/plain', size: 300 })
      const intent = { chat: 'chat' } as const
      const offer = {
        messageId: 'm',
        to: BOB.owner,
        name: 'c',
        size: 300,
        mediaType: 'a/b',
        kind: 'file',
        intent,
      } as const
      const { uploadId } = await transfer.offerUpload.run({ principal, offer })
      for (const ask of [
        () => transfer.requestSlot.run({ principal, name: 'a', size: 1 }),
        () => transfer.createUpload.run({ principal, name: 'b', type: 'text/plain', size: 1 }),
        () => transfer.offerUpload.run({ principal, offer: { ...offer, messageId: 'n', size: 1 } }),
      ]) {
        const error = await ask().then(
          () => undefined,
          (thrown: { code: string; details: { retryAt: string } }) => thrown,
        )
        expect(error?.code).to.equal('over-quota')
        const hours = (Date.parse(error?.details.retryAt ?? '') - Date.now()) / 3_600_000
        expect(hours).to.be.within(23.9, 24.1)
      }
      expect(await transfer.offerUpload.run({ principal, offer })).to.include({ uploadId })
      await transfer.requestSlot.run({ principal: { owner: 'another@example.org' }, name: 'a', size: 1 })
    })
  })
})

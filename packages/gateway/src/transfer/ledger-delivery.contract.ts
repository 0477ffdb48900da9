import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { HOUR_MS, LedgerUploads, MINUTE_MS, type UploadLedgerFixture } from './ledger-uploads.contract.ts'
import type { UploadLedger } from './upload-ledger.ts'

export function describeLedgerDelivery(open: () => UploadLedgerFixture) {
  describe('deliveries', () => {
    let fixture: UploadLedgerFixture
    let ledger: UploadLedger
    let uploads: LedgerUploads

    before(() => {
      fixture = open()
      ledger = fixture.ledger
      uploads = new LedgerUploads(ledger)
    })

    const claim = (id: string, device: string, fromDevice?: string) =>
      ledger.moveDelivery({
        id,
        from: fromDevice ? 'claimed' : 'unsent',
        fromDevice,
        to: 'claimed',
        device,
        leaseMs: MINUTE_MS,
      })

    const delivery = async (id: string) => (await uploads.see(id)).delivery

    it('leases the message to one of twenty devices at once', async () => {
      const { id } = await uploads.complete()
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, n) => claim(id, `alice@localhost/${n}`)),
      )
      const winner = claims.indexOf(true)
      expect(claims.filter(Boolean)).to.have.length(1)
      const { state, device, leaseUntil } = (await delivery(id)) ?? {}
      expect({ state, device }).to.deep.equal({ state: 'claimed', device: `alice@localhost/${winner}` })
      expect(leaseUntil).to.be.instanceOf(Date)
    })

    it('moves nothing for who saw another state or device', async () => {
      const { id } = await uploads.complete()
      expect(await ledger.moveDelivery({ id, from: 'withheld', to: 'unsent' })).to.equal(false)
      expect(await ledger.moveDelivery({ id: randomUUID(), from: 'unsent', to: 'withheld' })).to.equal(false)
      expect(await ledger.moveDelivery({ id, from: 'unsent', to: 'withheld' })).to.equal(true)
      expect(await claim(id, 'a')).to.equal(false)
      expect(await ledger.moveDelivery({ id, from: 'withheld', to: 'unsent' })).to.equal(true)
      expect(await claim(id, 'a')).to.equal(true)
      expect(
        await ledger.moveDelivery({ id, from: 'claimed', fromDevice: 'b', to: 'sent', device: 'b' }),
      ).to.equal(false)
      expect(await delivery(id)).to.include({ state: 'claimed', device: 'a' })
    })

    it('keeps a running lease for its device, until the database’s time ends it', async () => {
      const { id } = await uploads.complete()
      expect(await claim(id, 'a')).to.equal(true)
      expect(await claim(id, 'b', 'a'), 'taken over too early').to.equal(false)
      const withhold = { id, from: 'claimed', fromDevice: 'a', to: 'withheld' } as const
      expect(await ledger.moveDelivery(withhold), 'withheld on the wire').to.equal(false)
      expect(await claim(id, 'a', 'a'), 'renewed').to.equal(true)
      await fixture.passTime(2 * MINUTE_MS)
      expect(await claim(id, 'b', 'a'), 'taken over').to.equal(true)
      expect(await claim(id, 'a', 'a'), 'the old device').to.equal(false)
      expect(
        await ledger.moveDelivery({ id, from: 'claimed', fromDevice: 'b', to: 'sent', device: 'b' }),
      ).to.equal(true)
      expect(await delivery(id)).to.include({ state: 'sent', leaseUntil: undefined })
    })

    it('claims no message whose bytes are not there, or were taken back', async () => {
      const { id } = await uploads.receiving(10)
      expect(await claim(id, 'a')).to.equal(false)
      const deleted = await uploads.move(await uploads.complete(), 'deleted')
      expect(await claim(deleted.id, 'a')).to.equal(false)
      expect(await ledger.moveDelivery({ id, from: 'unsent', to: 'withheld' }), 'withheld early').to.equal(
        true,
      )
    })

    it('lists a complete upload until its message is sent, but not while a device sends it', async () => {
      const { id, owner } = await uploads.complete()
      const listed = async () => (await ledger.unfinished(owner)).map((upload) => upload.id)
      expect(await listed()).to.deep.equal([id])
      expect(await ledger.moveDelivery({ id, from: 'unsent', to: 'withheld' })).to.equal(true)
      expect(await listed()).to.deep.equal([id])
      expect(await ledger.moveDelivery({ id, from: 'withheld', to: 'unsent' })).to.equal(true)
      expect(await claim(id, 'a')).to.equal(true)
      expect(await listed()).to.deep.equal([])
      await fixture.passTime(HOUR_MS)
      expect(await listed()).to.deep.equal([id])
      expect(
        await ledger.moveDelivery({ id, from: 'claimed', fromDevice: 'a', to: 'sent', device: 'a' }),
      ).to.equal(true)
      expect(await listed()).to.deep.equal([])
    })
  })
}

import { describeLedgerBackground } from './ledger-background.contract.ts'
import { describeLedgerDelivery } from './ledger-delivery.contract.ts'
import { describeLedgerOffers } from './ledger-offers.contract.ts'
import { describeLedgerRaces } from './ledger-races.contract.ts'
import { describeLedgerSlots } from './ledger-slots.contract.ts'
import { describeLedgerSweeps } from './ledger-sweeps.contract.ts'
import type { UploadLedgerFixture } from './ledger-uploads.contract.ts'
import { describeLedgerWriting } from './ledger-writing.contract.ts'

/** Every duty of the port `UploadLedger`; an adapter's test is one call of this. */
export function describeUploadLedger(
  name: string,
  setUp: (context: Mocha.Context) => Promise<UploadLedgerFixture>,
) {
  describe(`${name} as an upload ledger`, () => {
    let fixture: UploadLedgerFixture

    before(async function () {
      fixture = await setUp(this)
    })

    after(() => fixture?.tearDown())

    const open = () => fixture
    describeLedgerOffers(open)
    describeLedgerWriting(open)
    describeLedgerRaces(open)
    describeLedgerDelivery(open)
    describeLedgerSlots(open)
    describeLedgerSweeps(open)
    describeLedgerBackground(open)
  })
}

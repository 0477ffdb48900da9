import { NS, type UploadStatus } from '@sluice/protocol'
import { expect } from 'chai'
import { MessagingBed } from '../../test/messaging/messaging-bed.ts'
import { ScriptedSession } from '../../test/messaging/scripted-session.ts'
import { HandClock } from '../../test/transfer/hand-clock.ts'
import { NodeBus } from '../../test/transfer/node-bus.ts'
import { until } from '../../test/transfer/transfer-bed.ts'
import type { NodeSignals } from '../transfer/node-signals.ts'
import type { DeliveryRecord, UploadRecord } from '../transfer/upload-ledger.ts'
import { ProgressNotices } from './progress-notices.ts'

const OWNER = 'alice@example.org'
const UPLOAD = '018f0000-0000-7000-8000-000000000000'
const DEVICE = 'alice@example.org/phone'

describe('ProgressNotices', () => {
  let clock: HandClock
  let signals: NodeSignals
  let notices: ProgressNotices
  let device: ScriptedSession
  let connected: boolean
  let looked: number
  let status: UploadStatus

  beforeEach(() => {
    clock = new HandClock()
    device = new ScriptedSession(DEVICE)
    connected = true
    looked = 0
    status = {
      uploadId: UPLOAD,
      state: 'receiving',
      committed: 5,
      received: 7,
      size: 10,
      expiresAt: new Date(0),
    }
    const delivery = { progressJid: DEVICE } as DeliveryRecord
    signals = new NodeBus().join('node')
    notices = new ProgressNotices({
      signals,
      ledger: {
        find: async () => {
          looked += 1
          return { owner: OWNER, delivery } as UploadRecord
        },
      },
      inspectUpload: {
        status: async ({ principal, uploadId }) => {
          expect([principal.owner, uploadId]).to.deep.equal([OWNER, UPLOAD])
          return status
        },
      },
      clock,
      logger: new MessagingBed().logger,
      from: 'media.example.org',
      xmlns: NS.client,
      receiver: (full) => (connected && full === DEVICE ? device : undefined),
    })
  })

  afterEach(() => notices.close())

  const announce = (kind: 'progress' | 'state') => signals.announceChange({ uploadId: UPLOAD, kind })
  const told = (count: number) => until(() => device.received.length >= count)
  const settled = async (looks: number) => {
    await until(() => looked >= looks)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  it('tells the device that offered, as a headline that nobody stores', async () => {
    await announce('progress')
    await told(1)
    expect(device.received[0]).to.match(
      /^<message type="headline" to="alice@example.org\/phone" from="media.example.org" xmlns="jabber:client"><progress xmlns="urn:sluice:media:1" .*<no-store /,
    )
    expect(device.received[0]).to.include('state="receiving" committed="5" received="7" size="10"')
  })

  it('tells progress at most once a second, and the last of it', async () => {
    for (let count = 0; count < 10; count++) await announce('progress')
    await settled(1)
    expect(device.received).to.have.length(1)
    await announce('progress')
    clock.pass(999)
    await settled(1)
    expect(device.received).to.have.length(1)
    clock.pass(1)
    await told(2)
    clock.pass(1000)
    await settled(2)
    expect(device.received).to.have.length(2)
    await announce('progress')
    await told(3)
  })

  it('tells a change of state at once', async () => {
    await announce('progress')
    await told(1)
    status = { ...status, state: 'cancelled' }
    await announce('state')
    await told(2)
    expect(device.received.at(-1)).to.include('state="cancelled"')
  })

  it('looks again when the state changes while it looks', async () => {
    await announce('state')
    await announce('state')
    await told(2)
  })

  it('tells nobody whose device is not connected here', async () => {
    connected = false
    await announce('state')
    await settled(1)
    connected = true
    expect(device.received).to.deep.equal([])
  })

  it('keeps quiet once it is closed', async () => {
    await announce('progress')
    await told(1)
    await announce('progress')
    notices.close()
    clock.pass(1000)
    await announce('state')
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(device.received).to.have.length(1)
  })
})

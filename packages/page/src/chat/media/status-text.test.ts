import { expect } from 'chai'
import { describe, it } from 'mocha'
import { statusText } from './status-text.ts'

const progress = { sent: 64_000_000, committed: 50_000_000, total: 200_000_000 }

describe('the status of a transfer', () => {
  it('tells how far, how fast and how long while bytes move', () => {
    const view = { state: 'active', progress, bytesPerSecond: 5_000_000 } as const
    expect(statusText(view, 'upload')).to.equal('50.0 MB of 200.0 MB · 5.0 MB/s · 30 s left')
    expect(statusText({ state: 'active', progress }, 'upload')).to.equal('50.0 MB of 200.0 MB')
  })

  it('tells why nothing moves', () => {
    expect(statusText({ state: 'paused', progress }, 'upload')).to.equal('Paused at 50.0 MB of 200.0 MB')
    expect(statusText({ state: 'waiting', progress }, 'upload')).to.equal(
      'Waiting for the connection · 50.0 MB of 200.0 MB',
    )
    const unknown = { sent: 0, committed: 0, total: 0 }
    expect(statusText({ state: 'waiting', progress: unknown }, 'download')).to.equal(
      'Waiting for the connection',
    )
  })
})

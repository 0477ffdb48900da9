import { expect } from 'chai'
import { describe, it } from 'mocha'
import { SpeedMeter } from './speed-meter.ts'

describe('SpeedMeter', () => {
  it('says nothing before there is something to measure', () => {
    const meter = new SpeedMeter()
    expect(meter.bytesPerSecond(0)).to.equal(undefined)
    meter.note(1000, 0)
    expect(meter.bytesPerSecond(100)).to.equal(undefined)
    expect(meter.bytesPerSecond(1000)).to.equal(undefined)
  })

  it('measures over the last seconds, not since the beginning', () => {
    const meter = new SpeedMeter()
    for (let second = 0; second <= 10; second++) meter.note(second * 1000, second * 1000)
    for (let second = 11; second <= 30; second++) meter.note(10_000 + (second - 10) * 5000, second * 1000)
    expect(meter.bytesPerSecond(30_000)).to.equal(5000)
  })

  it('falls while nothing comes', () => {
    const meter = new SpeedMeter()
    meter.note(0, 0)
    meter.note(4000, 1000)
    expect(meter.bytesPerSecond(1000)).to.equal(4000)
    expect(meter.bytesPerSecond(4000)).to.equal(1000)
  })

  it('starts anew when bytes have to go again', () => {
    const meter = new SpeedMeter()
    meter.note(0, 0)
    meter.note(9000, 1000)
    meter.note(5000, 2000)
    meter.note(6000, 3000)
    expect(meter.bytesPerSecond(3000)).to.equal(1000)
  })
})

import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import fc from 'fast-check'
import { ChunkGatherer } from './chunk-gatherer.ts'

describe('ChunkGatherer', () => {
  it('hands large buffers out as they came, without a copy', () => {
    const gatherer = new ChunkGatherer()
    const buffers = [randomBytes(4096), randomBytes(65_536)]
    for (const buffer of buffers) gatherer.push(buffer)
    const { buffers: taken, length } = gatherer.take()
    expect(taken).to.have.length(2)
    expect(taken[0]).to.equal(buffers[0])
    expect(taken[1]).to.equal(buffers[1])
    expect(length).to.equal(69_632)
  })

  it('copies small buffers together, so that they do not keep their socket reads alive (rule 10)', () => {
    const gatherer = new ChunkGatherer()
    const bytes = randomBytes(200_000)
    for (const byte of bytes) gatherer.push(Uint8Array.of(byte))
    const { buffers } = gatherer.take()
    expect(Buffer.concat(buffers).equals(bytes)).to.equal(true)
    // 4, 8, 16, 32, 64, 64 and 64 KiB
    expect(buffers).to.have.length(7)
    expect(buffers[0]?.buffer.byteLength).to.equal(4096)
  })

  it('keeps the order and the checksum of any mix, chunk after chunk', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 8 }), { maxLength: 4 }),
        (chunks) => {
          const gatherer = new ChunkGatherer()
          for (const lengths of chunks) {
            const buffers = lengths.map((length) => randomBytes(length))
            for (const buffer of buffers) gatherer.push(buffer)
            const whole = Buffer.concat(buffers)
            expect(gatherer.length).to.equal(whole.length)
            expect(Buffer.concat(gatherer.peek()).equals(whole)).to.equal(true)
            const taken = gatherer.take()
            expect(Buffer.concat(taken.buffers).equals(whole)).to.equal(true)
            expect(taken).to.include({ length: whole.length, crc32: crc32(whole) })
          }
        },
      ),
    )
  })
})

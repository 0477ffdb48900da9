import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { sampleBytes, sha256 } from '../../test/upload-bench.ts'
import { blobFileSource } from './blob-file-source.ts'
import { RunningHash } from './running-hash.ts'

const bytes = sampleBytes(10_000)
const file = blobFileSource(new Blob([bytes]))
const expected = createHash('sha256').update(bytes).digest('hex')
const { signal } = new AbortController()

describe('a running hash', () => {
  it('skips what it has seen and reads at the end what it missed', async () => {
    const hash = new RunningHash(sha256)
    await hash.feed(0, bytes.subarray(0, 4_000))
    await hash.feed(2_000, bytes.subarray(2_000, 5_000))
    await hash.feed(1_000, bytes.subarray(1_000, 1_500))
    await hash.feed(8_000, bytes.subarray(8_000))
    expect(await hash.finish(file, signal)).to.equal(expected)
  })

  it('gives the same digest twice', async () => {
    const hash = new RunningHash(sha256)
    expect(await hash.finish(file, signal)).to.equal(await hash.finish(file, signal))
  })

  it('stops reading when told to', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'))
    const failure = await new RunningHash(sha256).finish(file, stopped).catch((error) => error)
    expect(failure).to.have.property('message', 'stopped')
  })
})

import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { sampleBytes, sha256 } from '../../test/upload-bench.ts'
import { blobFileSource } from './blob-file-source.ts'
import { FileMissing } from './file-source.ts'
import { RunningHash } from './running-hash.ts'

const bytes = sampleBytes(10_000)
const file = blobFileSource(new Blob([bytes]))
const expected = createHash('sha256').update(bytes).digest('hex')
const { signal } = new AbortController()

// biome-ignore lint/correctness/useYield: it fails before its first chunk.
async function* failing(): AsyncGenerator<Uint8Array> {
  throw new FileMissing('The file cannot be read')
}

describe('a running hash', () => {
  it('skips what it has seen and reads at the end what it missed', async () => {
    const hash = new RunningHash(sha256)
    await hash.feed(0, bytes.subarray(0, 4_000))
    await hash.feed(2_000, bytes.subarray(2_000, 5_000))
    await hash.feed(1_000, bytes.subarray(1_000, 1_500))
    await hash.feed(8_000, bytes.subarray(8_000))
    expect(await hash.finish(file, signal)).to.equal(expected)
  })

  it('reads alongside what it is told to follow, and only the rest at the end', async () => {
    const read: number[] = []
    const observed = {
      ...file,
      read(start: number, stop: number) {
        read.push(start, stop)
        return file.read(start, stop)
      },
    }
    const hash = new RunningHash(sha256)
    hash.follow(observed, 4_000, signal)
    hash.follow(observed, 6_000, signal)
    expect(await hash.finish(observed, signal)).to.equal(expected)
    expect(read).to.deep.equal([0, 4_000, 4_000, 6_000, 6_000, 10_000])
  })

  it('is not misled by bytes that pass by while it reads alongside', async () => {
    const hash = new RunningHash(sha256)
    const overtaken = {
      size: file.size,
      async *read(start: number, stop: number) {
        // As when a request has failed, and the file is asked whether it was the reason.
        await hash.feed(0, bytes.subarray(0, 6_000))
        yield bytes.subarray(start, stop)
      },
    }
    hash.follow(overtaken, 4_000, signal)
    expect(await hash.finish(file, signal)).to.equal(expected)
  })

  it('meets at the end what it could not read alongside', async () => {
    const hash = new RunningHash(sha256)
    const unreadable = { size: file.size, read: () => failing() }
    hash.follow(unreadable, 4_000, signal)
    expect(await hash.finish(file, signal)).to.equal(expected)
    expect(await new RunningHash(sha256).finish(unreadable, signal).catch((error) => error)).to.be.instanceOf(
      FileMissing,
    )
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

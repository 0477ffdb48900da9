import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { sampleBytes, sha256 } from '../../test/upload-bench.ts'
import { blobFileSource } from './blob-file-source.ts'
import { fingerprintOf } from './fingerprint.ts'

const MIB = 1024 * 1024
const hex = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const fingerprint = (bytes: Uint8Array<ArrayBuffer>) =>
  fingerprintOf(blobFileSource(new Blob([bytes])), sha256)

describe('the fingerprint of a file', () => {
  it('covers the size, the first MiB and the last', async () => {
    const bytes = sampleBytes(3 * MIB)
    const expected = hex(`${3 * MIB}\n${hex(bytes.subarray(0, MIB))}\n${hex(bytes.subarray(2 * MIB))}\n`)
    expect(await fingerprint(bytes)).to.equal(expected)
  })

  it('covers a short file, also an empty one', async () => {
    expect(await fingerprint(new Uint8Array([1, 2]))).to.not.equal(await fingerprint(new Uint8Array([1, 3])))
    expect(await fingerprint(new Uint8Array())).to.equal(hex(`0\n${hex('')}\n${hex('')}\n`))
  })
})

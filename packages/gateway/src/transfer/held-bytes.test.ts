import { expect } from 'chai'
import { heldBytes } from './held-bytes.ts'

const MIB = 1024 * 1024

describe('what bodies may hold', () => {
  it('leaves memory to what is not collected yet, of a large budget 112 MiB', () => {
    expect(heldBytes(4 * MIB)).to.equal(2.25 * MIB)
    expect(heldBytes(256 * MIB)).to.equal(144 * MIB)
    expect(heldBytes(1024 * MIB)).to.equal(912 * MIB)
  })
})

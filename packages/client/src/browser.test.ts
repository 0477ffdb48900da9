import { expect } from 'chai'
import * as browser from './browser.ts'
import * as node from './node.ts'

describe('the package for browsers', () => {
  // Imported by Node here, as a server that renders pages does.
  it('has the names of the one for Node, and the same types', () => {
    const same: typeof node = browser
    const too: typeof browser = node
    expect(Object.keys(same).sort()).to.deep.equal(Object.keys(too).sort())
  })

  it('says of a folder store that a page has none', () => {
    expect(() => browser.folderStore('/tmp'))
      .to.throw(browser.TransferError)
      .with.property('code', 'unsupported')
  })
})

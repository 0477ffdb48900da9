import { expect } from 'chai'
import { blobFileSource } from './blob-file-source.ts'
import { FileMissing } from './file-source.ts'

describe('a Blob as a source', () => {
  it('says that a file behind it can no longer be read', async () => {
    const blob = new Blob(['hello'])
    blob.slice = () => blob
    blob.arrayBuffer = () => Promise.reject(new Error('It has changed'))
    const reading = blobFileSource(blob).read(0, 5)[Symbol.asyncIterator]().next()
    expect(await reading.catch((error) => error)).to.be.instanceOf(FileMissing)
  })
})

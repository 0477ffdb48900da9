import { expect } from 'chai'
import { blobFileSource } from './blob-file-source.ts'
import { FileMissing } from './file-source.ts'

describe('a Blob as a source', () => {
  it('says that a file behind it can no longer be read', async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('It has changed')) })
    const blob = new Blob(['hello'])
    blob.slice = () => Object.assign(new Blob(), { stream: () => broken })
    const reading = blobFileSource(blob).read(0, 5)[Symbol.asyncIterator]().next()
    expect(await reading.catch((error) => error)).to.be.instanceOf(FileMissing)
  })
})

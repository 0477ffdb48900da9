import { expect } from 'chai'
import { FileMissing } from './file-source.ts'
import { readBlob } from './read-blob.ts'

describe('the reading of a Blob', () => {
  it('gives all of its bytes, and takes no slices of it, which cost the browser memory', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(50_000))
    const blob = new Blob([bytes.subarray(0, 10_000), bytes.subarray(10_000)])
    blob.slice = () => expect.fail('A slice was taken')
    const read: Uint8Array[] = []
    for await (const chunk of readBlob(blob)) read.push(chunk)
    expect(Buffer.concat(read).equals(bytes)).to.equal(true)
  })

  it('lets other tasks run in between', async () => {
    let ran = false
    setImmediate(() => {
      ran = true
    })
    const allAtOnce = new ReadableStream({
      start(controller) {
        for (let chunk = 0; chunk < 12; chunk++) controller.enqueue(new Uint8Array(256 * 1024))
        controller.close()
      },
    })
    for await (const chunk of readBlob(Object.assign(new Blob(), { stream: () => allAtOnce })))
      expect(chunk.length).to.equal(256 * 1024)
    expect(ran).to.equal(true)
  })

  it('lets go of it when somebody stops reading', async () => {
    let isOver = false
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: () => {
        isOver = true
      },
    })
    for await (const _ of readBlob(Object.assign(new Blob(), { stream: () => stream }))) break
    expect(isOver).to.equal(true)
  })

  it('says that a file behind it can no longer be read', async () => {
    const stream = () => new ReadableStream({ pull: () => Promise.reject(new Error('It has changed')) })
    const reading = readBlob(Object.assign(new Blob(), { stream })).next()
    expect(await reading.catch((error) => error)).to.be.instanceOf(FileMissing)
  })
})

import { expect } from 'chai'
import type { UnfinishedUpload } from './media.ts'
import { decodeUploads, encodeUploads } from './uploads.ts'

function upload(number: number, caption: string): UnfinishedUpload {
  const messageId = `m${number}`
  return {
    uploadId: `u${number}`,
    messageId,
    state: 'offered',
    committed: 0,
    received: 0,
    size: 1,
    expiresAt: new Date('2026-03-08T12:00:00Z'),
    offer: {
      messageId,
      to: 'bob@example.org',
      name: 'a.jpg',
      size: 1,
      mediaType: 'image/jpeg',
      kind: 'image',
      intent: { chat: 'chat', caption },
    },
  }
}

describe('a list of uploads', () => {
  it('has the first ones that fit into 128 KiB, however long XML makes their texts', () => {
    const encoded = encodeUploads(Array.from({ length: 30 }, (_, number) => upload(number, '&'.repeat(4000))))
    expect(encoded.toString()).to.have.length.within(100 * 1024, 129 * 1024)
    const told = decodeUploads(encoded).map(({ uploadId }) => uploadId)
    expect(told).to.deep.equal(Array.from({ length: told.length }, (_, number) => `u${number}`))
  })
})

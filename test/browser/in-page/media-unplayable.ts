import { expect } from 'chai'
import { browserMediaCare } from '../../../packages/client/src/media/browser-media-care.ts'
import { blobFileSource } from '../../../packages/client/src/transfers/blob-file-source.ts'
import { filmed } from './made-media.ts'

describe('media care under a policy that allows no blob: media', () => {
  it('does without a poster', async () => {
    const film = blobFileSource(await filmed({ width: 64, height: 32 }))
    const { signal } = new AbortController()
    expect(await browserMediaCare.look(film, { kind: 'video', signal })).to.deep.equal({ appearance: {} })
  })
})

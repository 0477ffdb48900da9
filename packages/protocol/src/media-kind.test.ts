import { expect } from 'chai'
import { kindOf } from './media-kind.ts'

describe('kindOf', () => {
  it('goes by the media type first', () => {
    expect(kindOf('IMAGE/heic', 'x.mp4')).to.equal('image')
    expect(kindOf('audio/webm;codecs=opus', 'x')).to.equal('audio')
    expect(kindOf('video/mp4', 'x')).to.equal('video')
  })

  it('goes by the extension of the name or the URL when the type says nothing', () => {
    expect(kindOf(undefined, 'https://up.example.org/a.b/Photo.JPEG?x=1#y')).to.equal('image')
    expect(kindOf('application/octet-stream', 'voice.opus')).to.equal('audio')
    expect(kindOf('application/pdf', 'paper.pdf')).to.equal('document')
  })

  it('calls the rest a file', () => {
    expect(kindOf(undefined, 'https://example.org/')).to.equal('file')
    expect(kindOf('application/zip', 'x.zip')).to.equal('file')
  })
})

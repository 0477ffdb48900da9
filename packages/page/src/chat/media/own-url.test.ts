import { expect } from 'chai'
import { describe, it } from 'mocha'
import { foreignLink, ownUrl } from './own-url.ts'

describe('the address of a file', () => {
  it('is shown from the own gateway alone', () => {
    const here = 'https://chat.example.org/#chat'
    expect(ownUrl('https://chat.example.org/media/a/b.png', here)).to.equal(
      'https://chat.example.org/media/a/b.png',
    )
    for (const url of [
      'https://elsewhere.example/media/a/b.png',
      'http://chat.example.org/media/a/b.png',
      'https://chat.example.org:8400/media/a/b.png',
      'https://chat.example.org.elsewhere.example/a',
      'javascript:alert(1)',
      'data:image/png;base64,AA==',
      '',
    ])
      expect(ownUrl(url, here), url).to.equal(undefined)
  })

  it('is the own gateway by any name of this machine', () => {
    expect(ownUrl('http://127.0.0.1:8400/media/a/b?x=1', 'http://localhost:8400/')).to.equal(
      'http://localhost:8400/media/a/b?x=1',
    )
    expect(ownUrl('http://127.0.0.1:8401/media/a/b', 'http://localhost:8400/')).to.equal(undefined)
    expect(ownUrl('http://127.0.0.1:8400/media/a/b', 'http://chat.example:8400/')).to.equal(undefined)
  })

  it('is a link elsewhere if it is a web address', () => {
    expect(foreignLink('https://a.example/b c')).to.deep.equal({
      href: 'https://a.example/b%20c',
      host: 'a.example',
    })
    for (const url of ['javascript:alert(1)', 'data:text/html,x', 'aesgcm://a.example/b', 'b.png'])
      expect(foreignLink(url), url).to.equal(undefined)
  })
})

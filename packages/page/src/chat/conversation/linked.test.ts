import { expect } from 'chai'
import { describe, it } from 'mocha'
import { linked } from './linked.ts'

const links = (text: string) => linked(text).flatMap(({ href }) => href ?? [])

describe('a text with links', () => {
  it('keeps every character, linked or not', () => {
    for (const text of [
      'no link',
      'see https://a.example/b?c=d#e, and http://f.example.',
      'https://a.example',
      '',
      'https://',
      '(https://a.example/b_(c)) <https://d.example>',
    ])
      expect(
        linked(text)
          .map((piece) => piece.text)
          .join(''),
      ).to.equal(text)
  })

  it('finds web addresses without what only ends the sentence', () => {
    expect(links('see https://a.example/b?c=d#e, and (http://f.example/x).')).to.deep.equal([
      'https://a.example/b?c=d#e',
      'http://f.example/x',
    ])
    expect(links('https://a.example/b_(c)')).to.deep.equal(['https://a.example/b_(c)'])
  })

  it('makes no link of anything else', () => {
    expect(
      links(
        'javascript:alert(1) data:text/html,x ftp://a.example file:///etc/passwd mail@a.example https://',
      ),
    ).to.deep.equal([])
  })
})

import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { describe, it } from 'mocha'
import { readUploadMetadata } from './upload-metadata.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('readUploadMetadata', () => {
  it('reads the keys of tus-js-client', () => {
    const header = `filename ${base64('Grüße 🎉.png')},filetype ${base64('image/png')}`
    expect(readUploadMetadata(header)).to.deep.equal({ name: 'Grüße 🎉.png', type: 'image/png' })
  })

  it('reads the keys of uppy, and prefers filename and filetype', () => {
    const name = `name ${base64('a.txt')}, type ${base64('text/plain')}`
    expect(readUploadMetadata(name)).to.deep.equal({ name: 'a.txt', type: 'text/plain' })
    const both = `${name}, filename ${base64('b.png')}, filetype ${base64('image/png')}`
    expect(readUploadMetadata(both)).to.deep.equal({ name: 'b.png', type: 'image/png' })
  })

  it('names a file that comes without metadata', () => {
    for (const header of [undefined, '', ' ', 'is_confidential']) {
      expect(readUploadMetadata(header)).to.deep.equal({ name: 'file', type: 'application/octet-stream' })
    }
  })

  it('leaves the values of other keys alone, even bytes that are no text', () => {
    expect(readUploadMetadata(`thumb /////w==,filename ${base64('a')}`).name).to.equal('a')
  })

  it('drops right-to-left marks from a name', () => {
    expect(readUploadMetadata(`filename ${base64('\u202Egnp.exe')}`).name).to.equal('gnp.exe')
  })

  it('takes a type that cannot stand in a header for bytes', () => {
    for (const type of ['', 'png', 'text/html\r\nX: y', 'a/b/c', `a/${'b'.repeat(300)}`, 'tëxt/plain']) {
      expect(readUploadMetadata(`filetype ${base64(type)}`).type, type).to.equal('application/octet-stream')
    }
    expect(readUploadMetadata(`filetype ${base64('text/plain; charset="utf-8"')}`).type).to.equal(
      'text/plain; charset="utf-8"',
    )
  })

  const refused: [what: string, header: string, code: string][] = [
    ['base64 with a foreign character', 'filename YW*j', 'bad-request'],
    ['base64 without its padding', 'filename YQ', 'bad-request'],
    ['base64 with stray bits', 'filename YR==', 'bad-request'],
    ['base64 of the URL alphabet', 'filename _-_-', 'bad-request'],
    ['a value that is not UTF-8', 'filename /w==', 'bad-request'],
    ['a key that comes twice', `a ${base64('1')},a ${base64('2')}`, 'bad-request'],
    ['a pair of three', 'filename YQ== YQ==', 'bad-request'],
    ['an empty pair', 'filename YQ==,', 'bad-request'],
    ['a path as the name', `filename ${base64('../../x')}`, 'bad-name'],
    ['a name of 300 characters', `filename ${base64('x'.repeat(300))}`, 'bad-name'],
    ['a control character in the name', `filename ${base64('a\u0000b')}`, 'bad-name'],
    ['an empty name', 'filename', 'bad-name'],
  ]
  for (const [what, header, code] of refused) {
    it(`refuses ${what}`, () => {
      expect(() => readUploadMetadata(header))
        .to.throw(Refusal)
        .with.property('code', code)
    })
  }
})

import { expect } from 'chai'
import fc from 'fast-check'
import { checkFileName, mendFileName } from './file-name.ts'
import { Refusal } from './refusals.ts'

function itRefuses(name: string, reason: string): void {
  it(`refuses ${JSON.stringify(name.slice(0, 20))}: ${reason}`, () => {
    expect(() => checkFileName(name))
      .to.throw(Refusal)
      .that.deep.includes({ code: 'bad-name', details: { reason } })
  })
}

describe('checkFileName', () => {
  it('keeps an ordinary name as it is', () => {
    expect(checkFileName('Ferien 2026 (1).tar.gz')).to.equal('Ferien 2026 (1).tar.gz')
  })

  it('removes the marks that would show photo\u202Egnp.exe as photoexe.png', () => {
    expect(checkFileName('photo\u202Egnp.exe\u2066\u200F\u061C')).to.equal('photognp.exe')
  })

  it('composes letters (NFC), so that one name has one spelling', () => {
    expect(checkFileName('Cafe\u0301.txt')).to.equal('Caf\u00e9.txt')
  })

  it('counts 255 characters, not code units', () => {
    expect(checkFileName('😀'.repeat(255))).to.have.lengthOf(510)
  })

  itRefuses('', 'it must have 1 to 255 characters')
  itRefuses('\u202E\u202E', 'it must have 1 to 255 characters')
  itRefuses('x'.repeat(256), 'it must have 1 to 255 characters')
  itRefuses('a\u0301\u0327'.repeat(100_000), 'it must have 1 to 255 characters')
  itRefuses('a\u0000.txt', 'it holds a control character')
  itRefuses('a\r\nb', 'it holds a control character')
  itRefuses('a\u0085b', 'it holds a control character')
  itRefuses('a\ud83d', 'it holds a control character')
  itRefuses('../../x', 'it is a path')
  itRefuses('..\\x', 'it is a path')
  itRefuses('/etc/passwd', 'it is a path')
  itRefuses('.', 'it is a path')
  itRefuses('..', 'it is a path')
  itRefuses('.\u202E.', 'it is a path')
})

describe('mendFileName', () => {
  it('makes of any name one that is taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        const mended = mendFileName(name)
        expect(checkFileName(mended)).to.equal(mended)
      }),
    )
  })

  for (const [name, mended] of [
    ['photo.jpg', 'photo.jpg'],
    ['a\\b\u2028.png', 'a_b_.png'],
    ['..', 'file'],
    ['\u202E', 'file'],
    ['\uD800x', '_x'],
    ['x'.repeat(3000), 'x'.repeat(255)],
  ] as const) {
    it(`makes ${JSON.stringify(mended.slice(0, 20))} of ${JSON.stringify(name.slice(0, 20))}`, () => {
      expect(mendFileName(name)).to.equal(mended)
    })
  }
})

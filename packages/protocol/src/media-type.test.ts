import { expect } from 'chai'
import { checkMediaType } from './media-type.ts'
import { Refusal } from './refusals.ts'

describe('checkMediaType', () => {
  for (const type of [
    'image/jpeg',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'image/svg+xml',
    'audio/webm;codecs=opus',
    'text/plain; charset=utf-8',
    'video/mp4;codecs="avc1.4D401E, mp4a.40.2";x=y',
    `a/${'b'.repeat(127)}`,
  ]) {
    it(`takes ${type.slice(0, 75)}`, () => {
      expect(checkMediaType(type)).to.equal(type)
    })
  }

  for (const type of [
    '',
    'image',
    'image/',
    '/jpeg',
    'image/jpeg;',
    'image/jpeg; charset',
    'text/plain; x="a"b"',
    'text/plain; x="a\r\nb"',
    'image/jpeg\n',
    'a b/c',
    '.a/b',
    'ä/b',
    `a/${'b'.repeat(128)}`,
    `a/b;c=${'d'.repeat(250)}`,
  ]) {
    it(`refuses ${JSON.stringify(type.slice(0, 30))}`, () => {
      expect(() => checkMediaType(type)).to.throw(Refusal, 'the media type must be type/subtype (RFC 6838)')
    })
  }
})

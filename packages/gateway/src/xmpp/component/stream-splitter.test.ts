import { expect } from 'chai'
import { StreamError } from '../stream-error.ts'
import { StreamSplitter } from './stream-splitter.ts'

const HEADER = "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' id='a>b'>"

describe('StreamSplitter', () => {
  let told: string[]

  const splitter = (maxFrameChars = 1000) => {
    told = []
    return new StreamSplitter({
      maxFrameChars,
      onHeader: (startTag) => told.push(`header ${startTag}`),
      onFrame: (frame) => told.push(frame),
      onOversized: (startTag) => told.push(`oversized ${startTag}`),
      onEnd: () => told.push('end'),
    })
  }

  const FRAMES = [
    '<iq id="1"><query xmlns="x"><item/><item a="/"/></query></iq>',
    `<message from='a>b' to="it's"><body>1 &gt; 0 / "quoted" > 😀</body></message>`,
    '<presence/>',
    '<presence type="/>"/>',
    '<message><body><![CDATA[</body> ]] > ]]></body><!-- </message> -- > --><?php </message> ?></message>',
    '<handshake></handshake>',
  ]
  const WHOLE = `${HEADER}\n ${FRAMES.join(' \n')}  </stream:stream>`

  for (const size of [1, 2, 3, 7, 64, WHOLE.length]) {
    it(`cuts a stream into its elements when it comes ${size} characters at a time`, () => {
      const splitting = splitter()
      for (let at = 0; at < WHOLE.length; at += size) splitting.write(WHOLE.slice(at, at + size))
      expect(told).to.deep.equal([`header ${HEADER}`, ...FRAMES, 'end'])
    })
  }

  it('keeps the start tag of what is too long, and goes on behind it', () => {
    const splitting = splitter(40)
    splitting.write(HEADER.replace("<?xml version='1.0'?>", '').slice(0, 15))
    splitting.write('>')
    const long = `<message id="1"><body>${'x'.repeat(20)}`
    for (let repeat = 0; repeat < 100; repeat++) splitting.write(repeat === 0 ? long : '<b>x</b>')
    splitting.write('</body></message><iq/>')
    expect(told).to.deep.equal(['header <stream:stream >', 'oversized <message id="1">', '<iq/>'])
  })

  it('keeps nothing of what is too long in its start tag already', () => {
    const splitting = splitter(30)
    splitting.write(`<stream><message id="${'x'.repeat(50)}"><body/></message><iq/>`)
    expect(told).to.deep.equal(['header <stream>', 'oversized ', '<iq/>'])
  })

  it('takes 200,000 elements within each other in its stride', () => {
    const splitting = splitter(1000)
    splitting.write(`<stream><iq id="1">${'<a>'.repeat(200_000)}${'</a>'.repeat(200_000)}</iq><iq/>`)
    expect(told).to.deep.equal(['header <stream>', 'oversized <iq id="1">', '<iq/>'])
  })

  const WRONG: readonly [what: string, text: string, condition: string][] = [
    ['text between stanzas', `${HEADER}hello`, 'not-well-formed'],
    ['a document type', `${HEADER}<!DOCTYPE a>`, 'restricted-xml'],
    ['an end without a beginning', '</stream:stream>', 'bad-format'],
    ['a stream of one empty tag', '<stream:stream/>', 'bad-format'],
  ]
  for (const [what, text, condition] of WRONG) {
    it(`refuses ${what}`, () => {
      expect(() => splitter().write(text))
        .to.throw(StreamError)
        .with.property('condition', condition)
    })
  }

  it('hears nothing behind the end of the stream', () => {
    const splitting = splitter()
    splitting.write('<stream></stream><iq/>')
    splitting.write('<iq/>')
    expect(told).to.deep.equal(['header <stream>', 'end'])
  })
})

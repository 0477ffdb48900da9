import { expect } from 'chai'
import { parseXml } from '../test/parse-xml.ts'
import { decodeChatMessage, encodeChatMessage } from './chat-message.ts'
import type { ChatMessage } from './message.ts'
import { Refusal } from './refusals.ts'

function decoded(
  children: string,
  attributes = "type='chat' id='1' from='romeo@example.org/x' to='juliet@example.org'",
) {
  const text = `<message xmlns='jabber:client' ${attributes}>${children}</message>`
  return decodeChatMessage(parseXml(text, { layout: 'kept' }))
}

const URL = 'https://upload.example.org/4a77/summit.jpg'
const OOB = `<x xmlns='jabber:x:oob'><url>${URL}</url></x>`

function sharing(file: string, target = URL): string {
  return `<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'>${file}</file>
    <sources><url-data xmlns='http://jabber.org/protocol/url-data' target='${target}'/></sources></file-sharing>`
}

describe('decodeChatMessage', () => {
  it('reads the file of a client that knows nothing but XEP-0066', () => {
    expect(decoded(`<body>${URL}</body>${OOB}`)).to.deep.equal({
      id: '1',
      from: 'romeo@example.org/x',
      to: 'juliet@example.org',
      chat: 'chat',
      media: { url: URL, kind: 'image' },
    })
  })

  it('reads the file of a client that knows nothing but XEP-0447', () => {
    const media = decoded(
      sharing('<media-type>video/mp4</media-type><size>5</size><length>1500</length>'),
    )?.media
    expect(media).to.deep.equal({
      url: URL,
      mediaType: 'video/mp4',
      kind: 'video',
      size: 5,
      durationMs: 1500,
    })
  })

  it('keeps the words that a client wrote beside a file', () => {
    expect(decoded(`<body>Look: ${URL}</body>${OOB}`)).to.deep.include({ text: `Look: ${URL}` })
  })

  it('drops the words that stand in for the file (XEP-0428)', () => {
    const fallback = "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:sfs:0'/>"
    expect(decoded(`<body>A file: ${URL}</body>${sharing('')}${fallback}`)).not.to.have.property('text')
    expect(decoded(`<body>A file</body>${fallback}`), 'without a file').to.include({ text: 'A file' })
  })

  it('cuts the quote of a reply out by code points (XEP-0461)', () => {
    const reply = "<reply xmlns='urn:xmpp:reply:0' id='0' to='juliet@example.org'/>"
    const cut = (start: string, end: string) =>
      `<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body ${start} ${end}/></fallback>`
    const body = '<body>&gt; 😀😀\nYes</body>'
    expect(decoded(body + reply + cut("start='0'", "end='5'"))).to.deep.include({
      text: 'Yes',
      replyTo: { id: '0', to: 'juliet@example.org' },
    })
    expect(decoded(body + reply + cut('', "end='5'"))).to.include({ text: 'Yes' })
    expect(decoded(body + reply + cut("start='4'", ''))).to.include({ text: '> 😀😀' })
    expect(decoded(body + reply + cut("start='9'", "end='2'"))).to.include({ text: '> 😀😀\nYes' })
    expect(decoded(body + reply + cut('', '')), 'a body that is all quote').to.equal(undefined)
  })

  it('leaves the body alone when only the subject is a fallback', () => {
    const subject = "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><subject/></fallback>"
    expect(decoded(`<body>Hi</body>${subject}`)).to.include({ text: 'Hi' })
  })

  it('reads only a handful of fallbacks, so that nobody can make it slow', () => {
    const fallbacks =
      "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'><body start='9' end='9'/></fallback>".repeat(
        4,
      )
    const fifth = "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'/>"
    expect(decoded(`<body>Hi</body>${fallbacks}${fifth}`)).to.include({ text: 'Hi' })
    const parts = `${"<body start='9' end='9'/>".repeat(4)}<body/>`
    const fallback = `<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>${parts}</fallback>`
    expect(decoded(`<body>Hi</body>${fallback}`)).to.include({ text: 'Hi' })
  })

  it('has nothing to show for a receipt, a chat state, an error or a headline', () => {
    expect(decoded("<received xmlns='urn:xmpp:receipts' id='0'/>")).to.equal(undefined)
    expect(decoded("<composing xmlns='http://jabber.org/protocol/chatstates'/>")).to.equal(undefined)
    expect(decoded('<body></body>')).to.equal(undefined)
    for (const type of ['error', 'headline'])
      expect(decoded('<body>x</body>', `type='${type}'`), type).to.equal(undefined)
  })

  it('shows a message of a type that it does not know (RFC 6121 §5.2.2)', () => {
    expect(decoded('<body>hi</body>', "type='foo' id='1' to='juliet@example.org'")).to.include({
      chat: 'chat',
    })
  })

  it('takes a message without a type for a chat, and does without an id', () => {
    expect(decoded('<body>Hi</body>', '')).to.deep.equal({ id: '', to: '', chat: 'chat', text: 'Hi' })
    expect(decoded("<body>Hi</body><origin-id xmlns='urn:xmpp:sid:0' id='o'/>", '')).to.deep.include({
      id: 'o',
      originId: 'o',
    })
  })

  it('tells a room from a person', () => {
    expect(decoded('<body>Hi</body>', "type='groupchat'")).to.include({ chat: 'groupchat' })
  })

  it('says what servers added: their ids, and since when they held it', () => {
    const ids =
      "<stanza-id xmlns='urn:xmpp:sid:0' id='a' by='example.org'/><stanza-id xmlns='urn:xmpp:sid:0' id='b'/>"
    const delay = "<delay xmlns='urn:xmpp:delay' stamp='2026-03-01T13:00:00+01:00'/>"
    expect(decoded(`<body>Hi</body>${ids}${delay}`)).to.deep.include({
      stanzaIds: [{ id: 'a', by: 'example.org' }],
      delayedSince: new Date('2026-03-01T12:00:00.000Z'),
    })
  })

  for (const stamp of ['', '5', 'yesterday', '2026-13-01T00:00:00Z', '2026-03-01']) {
    it(`does without the delay stamp ${JSON.stringify(stamp)}`, () => {
      expect(decoded(`<body>Hi</body><delay xmlns='urn:xmpp:delay' stamp='${stamp}'/>`)).not.to.have.property(
        'delayedSince',
      )
    })
  }

  it('leaves out what is malformed and keeps the rest', () => {
    const file = `<name>../../etc/passwd</name><size>-1</size><media-type>nonsense</media-type><width>wide</width>
      <hash xmlns='urn:xmpp:hashes:2' algo='sha-256'>%%%</hash><desc>A photo</desc>`
    const rest =
      "<metadata xmlns='urn:sluice:media:1'>{</metadata><media xmlns='urn:sluice:media:1' id='' kind='movie'/><reply xmlns='urn:xmpp:reply:0'/>"
    expect(decoded(sharing(file) + rest)).to.deep.equal({
      id: '1',
      from: 'romeo@example.org/x',
      to: 'juliet@example.org',
      chat: 'chat',
      media: { url: URL, kind: 'image', caption: 'A photo' },
    })
  })

  it('reads the SHA-256 among other hashes, and no hash of another length', () => {
    const hash = (algo: string, bytes: string) =>
      `<hash xmlns='urn:xmpp:hashes:2' algo='${algo}'>${btoa(bytes)}</hash>`
    const media = decoded(sharing(hash('sha-1', 'b'.repeat(20)) + hash('sha-256', 'a'.repeat(32))))?.media
    expect(media?.sha256).to.equal('61'.repeat(32))
    expect(decoded(sharing(hash('sha-256', 'a'.repeat(20))))?.media).not.to.have.property('sha256')
  })

  for (const target of [
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/html,x',
    'https://',
    'https://a b/',
    'https://[',
    'https://?',
    'http://a:99999/x',
  ]) {
    it(`takes no file from ${target}`, () => {
      expect(decoded(`<body>Hi</body>${sharing('', target)}`)).not.to.have.property('media')
    })
  }

  it('takes the first source that is on the web', () => {
    const source = (target: string) =>
      `<url-data xmlns='http://jabber.org/protocol/url-data' target='${target}'/>`
    const media = decoded(
      `<file-sharing xmlns='urn:xmpp:sfs:0'><sources>${source('ftp://a/b')}${source('https://a/b')}</sources></file-sharing>`,
    )
    expect(media?.media?.url).to.equal('https://a/b')
  })

  for (const uri of [
    'https://tracker.example.org/1.gif',
    'data:image/svg+xml;base64,PHN2Zy8+',
    'data:text/html;base64,eA==',
    '',
  ]) {
    it(`shows no thumbnail from ${JSON.stringify(uri)}, which would fetch or run something`, () => {
      const media = decoded(sharing(`<thumbnail xmlns='urn:xmpp:thumbs:1' uri='${uri}'/>`))?.media
      expect(media).not.to.have.property('thumbnail')
    })
  }

  it('tells the thumbnail that comes along from the one to be fetched, wherever they stand', () => {
    const thumbnail = (uri: string) =>
      `<thumbnail xmlns='urn:xmpp:thumbs:1' uri='${uri}' media-type='image/png' width='64' height='x'/>`
    const [linked, inline] = ['https://a.example/p.png', 'data:image/png;base64,AA==']
    const media = decoded(sharing(thumbnail('ftp://a/b') + thumbnail(linked) + thumbnail(inline)))?.media
    expect(media).to.deep.include({
      thumbnail: { uri: inline, mediaType: 'image/png', width: 64 },
      preview: { url: linked, mediaType: 'image/png', width: 64 },
    })
  })

  it('is not fooled by a body of another namespace', () => {
    expect(decoded("<body xmlns='http://www.w3.org/1999/xhtml'>x</body>")).to.equal(undefined)
  })

  it('reads a message of any stream: component, server or none', () => {
    for (const xmlns of ['jabber:component:accept', 'jabber:server', '']) {
      const text = `<message xmlns='${xmlns}' id='1' to='a@b'><body>Hi</body></message>`
      expect(decodeChatMessage(parseXml(text, { layout: 'kept' })), xmlns).to.include({ text: 'Hi' })
    }
  })

  it('refuses what is no message', () => {
    expect(() => decodeChatMessage(parseXml('<iq/>', { layout: 'kept' }))).to.throw(
      Refusal,
      'must be a message',
    )
  })
})

describe('encodeChatMessage', () => {
  const message: ChatMessage = {
    id: '1',
    to: 'juliet@example.org',
    chat: 'chat',
    media: { url: URL, kind: 'image' },
  }

  it('makes body and XEP-0066 agree, or foreign clients show no picture', () => {
    const sent = encodeChatMessage({ ...message, text: 'x', replyTo: { id: '0' } })
    expect(sent.getChildText('body')).to.equal(URL)
    expect(sent.getChild('x')?.getChildText('url')).to.equal(URL)
  })

  it('asks to show pictures inline and to save documents (XEP-0447)', () => {
    const disposition = (kind: 'image' | 'document' | 'file') =>
      encodeChatMessage({ ...message, media: { url: URL, kind } }).getChild('file-sharing')?.attrs.disposition
    expect([disposition('image'), disposition('document'), disposition('file')]).to.deep.equal([
      'inline',
      'attachment',
      'attachment',
    ])
  })

  it('names itself by its id when no origin-id is given (I8)', () => {
    expect(encodeChatMessage(message).getChild('origin-id')?.attrs.id).to.equal('1')
    expect(encodeChatMessage({ ...message, originId: 'o' }).getChild('origin-id')?.attrs.id).to.equal('o')
  })

  it('writes no stanza-id and no delay: those are the servers’ to say', () => {
    const sent = encodeChatMessage({
      ...message,
      stanzaIds: [{ id: 'a', by: 'b' }],
      delayedSince: new Date(0),
    })
    expect(sent.toString()).not.to.match(/stanza-id|delay/)
  })

  it('has an empty body when there is nothing to say, so that nobody shows it', () => {
    const sent = encodeChatMessage({ id: '1', to: 'juliet@example.org', chat: 'chat' })
    expect(sent.getChildText('body')).to.equal('')
    expect(decodeChatMessage(sent)).to.equal(undefined)
  })

  it('writes line feeds for line ends of any kind, as its reader gets them (XML 1.0 §2.11)', () => {
    const written = encodeChatMessage({
      id: '1',
      to: 'juliet@example.org',
      chat: 'chat',
      text: 'a\r\nb\rc\nd',
    })
    expect(written.getChildText('body')).to.equal('a\nb\nc\nd')
  })

  it('refuses metadata that are no JSON object once their toJSON is asked', () => {
    for (const metadata of [{ toJSON() {} }, new Date(0) as unknown as Record<string, unknown>]) {
      expect(() => encodeChatMessage({ ...message, metadata })).to.throw(Refusal, 'metadata')
    }
  })

  it('refuses caption and metadata that are too long for the reader', () => {
    const media = { ...message.media, url: URL, kind: 'image', caption: 'x'.repeat(4096) } as const
    expect(() => encodeChatMessage({ ...message, media })).to.throw(Refusal, 'longer than 4096 bytes')
    expect(() => encodeChatMessage({ ...message, metadata: { x: 'x'.repeat(4096) } })).to.throw(
      Refusal,
      '4096',
    )
  })
})

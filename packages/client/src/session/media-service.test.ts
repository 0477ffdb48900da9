import { element, NS, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { refuse, ScriptedSession } from '../../test/scripted-session.ts'
import { Unreachable } from '../unreachable.ts'
import { MediaService } from './media-service.ts'
import { StanzaRefused } from './stanza-refused.ts'

type Info = string[] | (() => never)

const away = () => refuse('remote-server-not-found')

/** A server that lists these services. */
function server(listed: string[], services: Record<string, Info>) {
  const session = new ScriptedSession()
  const known = { listed, services }
  session.answer = ({ to = '', payload }) => {
    if (payload.is('query', NS.discoItems)) return items(known.listed)
    const info = known.services[to]
    if (info === undefined) refuse('item-not-found')
    return typeof info === 'function' ? info() : features(info)
  }
  return { session, known }
}

const items = (jids: string[]): XmlElement =>
  element('query', { xmlns: NS.discoItems }, ...jids.map((jid) => element('item', { jid })))
const features = (names: string[]): XmlElement =>
  element('query', { xmlns: NS.discoInfo }, ...names.map((name) => element('feature', { var: name })))

const MEDIA = [NS.media, NS.httpUpload]
const failureOf = (promise: Promise<unknown>) => promise.catch((error) => error)

describe('the media service', () => {
  it("is the one with our feature among the server's upload services", async () => {
    const { session } = server(['upload.example.org', 'rooms.example.org', 'files.example.org'], {
      'upload.example.org': [NS.httpUpload],
      'rooms.example.org': [NS.muc],
      'files.example.org': MEDIA,
    })
    expect(await new MediaService({ session }).jid()).to.equal('files.example.org')
  })

  it('is found under its usual name also when the server does not list it', async () => {
    const { session } = server([], { 'media.example.org': MEDIA, 'example.org': [] })
    expect(await new MediaService({ session }).jid()).to.equal('media.example.org')
  })

  it('is looked for again when it was away: Prosody answers in its place, ejabberd lists it no more', async () => {
    for (const absent of [() => refuse('remote-server-timeout', 'wait'), away]) {
      const { session, known } = server(absent === away ? [] : ['media.example.org'], {
        'media.example.org': absent,
      })
      const service = new MediaService({ session })
      expect(await failureOf(service.jid())).to.be.instanceOf(Unreachable)
      known.services['media.example.org'] = MEDIA
      expect(await service.jid()).to.equal('media.example.org')
    }
  })

  it('is away, not missing, when an earlier run has found it', async () => {
    const { session, known } = server([], { 'files.example.org': away, 'example.org': [] })
    const found: string[] = []
    const service = new MediaService({
      session,
      remembered: 'files.example.org',
      onFound: (jid) => found.push(jid),
    })
    expect(service.known).to.equal('files.example.org')
    expect(await failureOf(service.jid())).to.be.instanceOf(Unreachable)
    known.services['files.example.org'] = MEDIA
    expect(await service.jid()).to.equal('files.example.org')
    expect(found).to.deep.equal([])
  })

  it('may come back under another name, which is told', async () => {
    const { session, known } = server(['media.example.org'], { 'media.example.org': MEDIA })
    const found: string[] = []
    const service = new MediaService({ session, onFound: (jid) => found.push(jid) })
    await service.jid()
    known.listed = ['files.example.org']
    known.services = { 'files.example.org': MEDIA, 'media.example.org': away }
    expect(await service.jid()).to.equal('media.example.org')
    service.lookAgain()
    expect(await service.jid()).to.equal('files.example.org')
    expect(found).to.deep.equal(['media.example.org', 'files.example.org'])
  })

  it('is not there when everybody has answered', async () => {
    const { session } = server(['upload.example.org'], {
      'upload.example.org': [NS.httpUpload],
      'example.org': [],
    })
    const failure = await failureOf(new MediaService({ session }).jid())
    expect(failure).to.be.instanceOf(StanzaRefused).and.have.property('condition', 'feature-not-implemented')
  })

  it('is asked of nobody when the app has named it', async () => {
    const { session } = server([], {})
    const service = new MediaService({ session, given: 'files.elsewhere.org' })
    expect(await service.jid()).to.equal('files.elsewhere.org')
    service.lookAgain()
    expect(await service.jid()).to.equal('files.elsewhere.org')
    expect(session.asked).to.deep.equal([])
  })
})

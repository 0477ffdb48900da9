import { Refusal, refusalJson, statusJson } from '@sluice/protocol'
import { expect } from 'chai'
import { refuse, ScriptedSession } from '../../test/scripted-session.ts'
import { MediaService } from '../session/media-service.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import { Unreachable } from '../unreachable.ts'
import type { HttpRequest, HttpTransport } from './http-transport.ts'
import { MediaControl } from './media-control.ts'

const { signal } = new AbortController()
const address = { uploadId: 'u1', uploadUrl: 'https://gateway/uploads/u1', token: 'secret' }

function control(
  answer: ScriptedSession['answer'],
  twin: { status: number; body?: unknown } = { status: 204 },
  known: { given?: string; remembered?: string } = { given: 'media.example.org' },
) {
  const session = new ScriptedSession()
  session.answer = answer
  const requests: (Pick<HttpRequest, 'method' | 'url' | 'headers'> & { content: string })[] = []
  const transport: HttpTransport = {
    async send({ method, url, headers, body }) {
      let content = ''
      for await (const chunk of body?.read() ?? []) content += new TextDecoder().decode(chunk)
      expect(content).to.have.length(body?.size ?? 0)
      requests.push({ method, url, headers, content })
      return {
        status: twin.status,
        header: () => undefined,
        body: (async function* () {
          if (twin.body !== undefined) yield new TextEncoder().encode(JSON.stringify(twin.body))
        })(),
      }
    },
    close() {},
  }
  const service = new MediaService({ session, ...known })
  return { session, requests, media: new MediaControl({ session, service, transport }) }
}

describe('what is asked of the media service', () => {
  for (const [condition, type] of [
    ['remote-server-timeout', 'wait'],
    ['remote-server-not-found', 'cancel'],
    ['service-unavailable', 'cancel'],
  ] as const) {
    it(`is asked again when its server says ${condition}, of type ${type}`, async () => {
      const { media } = control(() => refuse(condition, type))
      expect(await media.locate('m1', signal).catch((error) => error)).to.be.instanceOf(Unreachable)
    })
  }

  it('is refused for good by any other word', async () => {
    const { media, requests } = control(() => refuse('forbidden', 'auth'))
    const failure = await media.claim(address, signal).catch((error) => error)
    expect(failure).to.be.instanceOf(StanzaRefused).and.have.property('retryable', false)
    expect(requests).to.deep.equal([])
  })

  for (const name of ['claim', 'sent'] as const) {
    it(`is said by HTTP when no stanza gets through, for this device: ${name}`, async () => {
      const { media, requests } = control(() => refuse('remote-server-timeout', 'wait'))
      await (name === 'claim' ? media.claim(address, signal) : media.confirmSent(address, signal))
      expect(requests).to.deep.equal([
        {
          method: 'POST',
          url: `https://gateway/uploads/u1/${name}`,
          headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
          content: '{"device":"alice@example.org/one"}',
        },
      ])
    })
  }

  it('takes the hash by HTTP when no stanza gets through', async () => {
    const sha256 = 'a1'.repeat(32)
    const status = { uploadId: 'u1', state: 'complete', committed: 1, received: 1, size: 1 } as const
    const body = statusJson({ ...status, expiresAt: new Date() })
    const { media, requests } = control(() => refuse('remote-server-timeout', 'wait'), { status: 200, body })
    const offer = {
      messageId: 'm1',
      to: 'bob@example.org',
      name: 'a.jpg',
      size: 1,
      mediaType: 'image/jpeg',
      kind: 'image',
      intent: { chat: 'chat' },
      hash: sha256,
    } as const
    expect(await media.handOverHash(address, offer, signal)).to.equal('complete')
    expect(requests.map(({ url, content }) => [url, content])).to.deep.equal([
      ['https://gateway/uploads/u1/hash', JSON.stringify({ sha256 })],
    ])
  })

  it('is said by HTTP without a search first in a new run that remembers the service', async () => {
    const silent = () => {
      throw new Unreachable('Nobody answered')
    }
    const { media, session, requests } = control(silent, undefined, { remembered: 'media.example.org' })
    await media.claim(address, signal)
    expect(session.asked.map(({ to, attempts, payload }) => [to, attempts, payload.name])).to.deep.equal([
      ['media.example.org', 1, 'claim'],
    ])
    expect(requests.map(({ url }) => url)).to.deep.equal(['https://gateway/uploads/u1/claim'])
  })

  it('is refused by HTTP in the same words', async () => {
    const body = refusalJson(new Refusal('claimed-elsewhere'))
    const { media } = control(() => refuse('remote-server-timeout', 'wait'), { status: 409, body })
    const failure = await media.claim(address, signal).catch((error) => error)
    expect(failure).to.be.instanceOf(Refusal).and.have.property('code', 'claimed-elsewhere')
  })

  it('has no twin without an address', async () => {
    const { media, requests } = control(() => refuse('remote-server-timeout', 'wait'))
    expect(await media.claim({ uploadId: 'u1' }, signal).catch((error) => error)).to.be.instanceOf(
      Unreachable,
    )
    expect(requests).to.deep.equal([])
  })
})

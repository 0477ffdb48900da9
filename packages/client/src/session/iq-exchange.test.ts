import { element, encodeStanzaError, NS, Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { MovedClock, ScriptedConnection } from '../../test/scripted-connection.ts'
import { Unreachable } from '../unreachable.ts'
import { IqExchange } from './iq-exchange.ts'
import { StanzaRefused } from './stanza-refused.ts'

function exchange() {
  const connection = new ScriptedConnection()
  const clock = new MovedClock()
  const iqs = new IqExchange({ connection, clock, account: 'alice@example.org', domain: 'example.org' })
  const ask = (to?: string, signal?: AbortSignal) =>
    iqs.request({ type: 'get', to, payload: element('query', { xmlns: 'q' }), signal })
  return { connection, clock, ask }
}

const payload = element('query', { xmlns: 'q' })

describe('an iq', () => {
  it('is answered by the peer that was asked, and by nobody else', async () => {
    const { connection, ask } = exchange()
    const asked = ask('media.example.org')
    const iq = await connection.iq()
    const forged = element('query', { xmlns: 'forged' })
    for (const from of ['mallory@example.org', 'media.example.org.evil', undefined, 'example.org'])
      connection.answer(iq, from, forged)
    connection.answer(iq, 'media.example.org', payload)
    expect((await asked)?.attrs.xmlns).to.equal('q')
  })

  for (const from of [undefined, 'alice@example.org', 'example.org']) {
    it(`to one's own server is answered by ${from ?? 'a stanza without from'}`, async () => {
      const { connection, ask } = exchange()
      const asked = ask('example.org')
      connection.answer(await connection.iq(), from, payload)
      expect(await asked).to.equal(payload)
    })
  }

  it('of somebody else is answered: a ping and a change of the contact list by yes, others by no', async () => {
    const { connection } = exchange()
    const from = 'example.org'
    for (const [type, asked] of [
      ['get', element('ping', { xmlns: 'urn:xmpp:ping' })],
      ['set', element('query', { xmlns: NS.roster })],
      ['get', payload],
    ] as const)
      connection.receive(element('iq', { type, id: 'i1', from }, asked))
    connection.receive(element('iq', { type: 'get', from }, payload))
    const no = `<error type="cancel"><service-unavailable xmlns="${NS.stanzas}"/></error>`
    expect(connection.sent.map(String)).to.deep.equal([
      `<iq type="result" id="i1" to="${from}"/>`,
      `<iq type="result" id="i1" to="${from}"/>`,
      `<iq type="error" id="i1" to="${from}">${no}</iq>`,
    ])
  })

  it('is sent again with the same id after 10 s, three times at most', async () => {
    const { connection, clock, ask } = exchange()
    const asked = ask('media.example.org').catch((error) => error)
    await connection.iq()
    for (let second = 0; second < 30; second += 10) await clock.move(10_000)
    expect(await asked).to.be.instanceOf(Unreachable)
    expect(new Set(connection.sent.map(({ attrs }) => attrs.id)).size).to.equal(1)
    expect(connection.sent).to.have.length(3)
  })

  it('takes a late answer to its first sending', async () => {
    const { connection, clock, ask } = exchange()
    const asked = ask('media.example.org')
    const iq = await connection.iq()
    await clock.move(10_000)
    connection.answer(iq, 'media.example.org', payload)
    expect(await asked).to.equal(payload)
  })

  it('fails with the refusal, or with what another server says', async () => {
    const { connection, ask } = exchange()
    const refuse = async (number: number, error: ReturnType<typeof element>) => {
      const asked = ask('media.example.org').catch((failure) => failure)
      const { id } = (await connection.iq(number)).attrs
      connection.receive(element('iq', { type: 'error', id, from: 'media.example.org' }, error))
      return asked
    }
    const refusal = await refuse(1, encodeStanzaError(new Refusal('file-too-large', { limit: 9 })))
    expect(refusal).to.be.instanceOf(Refusal).and.have.property('code', 'file-too-large')
    const timeout = element('remote-server-timeout', { xmlns: NS.stanzas })
    const foreign = await refuse(2, element('error', { type: 'wait' }, timeout))
    expect(foreign).to.be.instanceOf(StanzaRefused).and.include({ statusCode: 504, retryable: true })
  })

  it('fails when the stream closes or the caller stops', async () => {
    const { connection, ask } = exchange()
    const stop = new AbortController()
    const stopped = ask('example.org', stop.signal).catch((error) => error)
    const lost = ask('example.org').catch((error) => error)
    await connection.iq(2)
    stop.abort(new Error('stopped'))
    await connection.close()
    expect(await stopped).to.have.property('message', 'stopped')
    expect(await lost).to.be.instanceOf(Unreachable)
    expect(await ask('example.org').catch((error) => error)).to.be.instanceOf(Unreachable)
  })
})

import { element, type XmlElement } from '@sluice/protocol'
import { expect } from 'chai'
import { RecordingLogger } from '../../../test/http/scripted-gateway.ts'
import { until } from '../../../test/transfer/transfer-bed.ts'
import { SystemClock } from '../../operations/system-clock.ts'
import { StreamError } from '../stream-error.ts'
import type { ComponentStanzas } from './component-stanzas.ts'
import { ComponentWork } from './component-work.ts'

describe('ComponentWork', () => {
  let logger: RecordingLogger
  let sent: string[]
  let asked: string[]
  let reading: boolean
  let answers: Map<string, () => void>
  let intake: ReturnType<ComponentWork['begin']>

  beforeEach(() => {
    logger = new RecordingLogger()
    sent = []
    asked = []
    reading = true
    answers = new Map()
    const stanzas = {
      answer: ({ attrs: { id = '' } }: XmlElement) =>
        new Promise((resolve, reject) => {
          asked.push(id)
          answers.set(id, () => (id === 'broken' ? reject(new Error(id)) : resolve(element('iq', { id }))))
        }),
      busy: ({ attrs: { id } }: XmlElement) => element('iq', { id: `busy ${id}` }),
      refuse: ({ attrs: { id } }: XmlElement) => element('iq', { id: `refused ${id}` }),
    } as unknown as ComponentStanzas
    intake = new ComponentWork({ stanzas, clock: new SystemClock(), logger }).begin({
      send(stanza) {
        sent.push((stanza as XmlElement).attrs.id ?? '')
        return true
      },
      pause: () => {
        reading = false
      },
      resume: () => {
        reading = true
      },
    })
  })

  const take = (id: string, from = 'alice@example.org/phone', upload = 'u1') =>
    intake.onStanza(element('iq', { id, from }, element('cancel', { upload })))
  const answer = (id: string) => answers.get(id)?.()

  it('answers what concerns one upload of one device in order', async () => {
    take('1')
    take('2')
    await until(() => asked.length === 1)
    answer('1')
    await until(() => asked.length === 2)
    answer('2')
    await until(() => sent.length === 2)
    expect(sent).to.deep.equal(['1', '2'])
  })

  it('lets nobody wait for another upload, or another device', async () => {
    take('slow')
    take('other upload', 'alice@example.org/phone', 'u2')
    take('other device', 'alice@example.org/tablet')
    await until(() => asked.length === 3)
    answer('other upload')
    answer('other device')
    await until(() => sent.length === 2)
    answer('slow')
    await until(() => sent.length === 3)
  })

  it('reads no more while too much waits, and goes on when it is done', async () => {
    let taken = 0
    while (reading && taken < 10_000) {
      take(String(taken), `u${taken}@example.org/x`)
      taken += 1
      if (taken % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(taken).to.be.below(10_000)
    expect(asked.length).to.be.at.most(512)
    while (sent.length < taken) {
      for (const id of asked.splice(0)) answer(id)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until(() => reading)
    expect(sent).to.have.length(taken)
  })

  it('lets one account have so many at work, and says to it that it is busy', async () => {
    for (let count = 0; count < 70; count++)
      take(String(count), `flood@example.org/${count % 3}`, `u${count}`)
    take('other', 'bob@example.org/x')
    await until(() => asked.includes('other') && sent.length === 6)
    expect(sent).to.deep.equal([64, 65, 66, 67, 68, 69].map((count) => `busy ${count}`))
    for (const id of asked) answer(id)
    await until(() => sent.length === 71)
    take('again', 'flood@example.org/1')
    await until(() => asked.includes('again'))
  })

  it('logs what fails, and goes on', async () => {
    take('broken')
    take('next')
    await until(() => asked.length === 1)
    answer('broken')
    await until(() => asked.length === 2)
    answer('next')
    await until(() => sent.length === 1)
    expect(logger.of('error')).to.deep.equal(['a stanza to the component failed'])
  })

  it('refuses what cannot be read', async () => {
    intake.onUnreadable(element('iq', { id: '1', from: 'a@b/c' }), new StreamError('not-well-formed'))
    await until(() => sent.length === 1)
    expect(sent).to.deep.equal(['refused 1'])
  })
})

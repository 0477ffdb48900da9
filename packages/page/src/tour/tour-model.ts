import type { Message, Res } from '@sluice/client'
import { byteText } from '../design/byte-text.ts'
import { hashFile, makeFile } from './files.ts'
import { cancelDownload, cancelUpload, download, resumeUpload, send } from './five-calls.ts'
import { type Credentials, type Journey, readKept, type Trouble } from './kept.ts'
import { type Figures, Passage } from './passage.ts'
import { logIn } from './people.ts'
import type { Said } from './said.ts'
import { ServerWatch } from './server-watch.ts'
import type { CallName } from './shown-calls.ts'
import { TourRecord } from './tour-record.ts'
import {
  askTour,
  changeNetworks,
  PEOPLE,
  type PersonName,
  restartGateway,
  type TourState,
} from './tour-server.ts'
import { stoppedLine, wentOnLine } from './trouble-lines.ts'
import { countersOf } from './wire.ts'

export const FILE_BYTES = 200_000_000
/** Slow enough to see, fast enough for two minutes. */
const FIRST_BYTES_PER_SECOND = 8_000_000

/** The tour: two people in this page, a file between them, and the troubles that one can make for it. */
export class TourModel {
  readonly record = new TourRecord()
  readonly #watch: ServerWatch
  #passage = new Passage()
  #trouble: Trouble = 'cancel'

  constructor() {
    this.#watch = new ServerWatch({ record: this.record, onBack: () => this.#passage.settle() })
  }

  async start(): Promise<void> {
    const { record } = this
    try {
      const server = await askTour()
      if (!server) return record.show({ stage: 'closed' })
      const { people, journey, tried = [], bytesPerSecond = FIRST_BYTES_PER_SECOND } = readKept()
      record.show({ server, tried })
      // A network that was cut when the page went would keep this one out.
      this.#watch.took(await changeNetworks({ bytesPerSecond, connected: true }))
      if (people && journey) this.#takeUp(journey)
      await Promise.all(PEOPLE.map((name) => this.#logIn(name, server, people?.[name])))
      record.show({ stage: 'ready' })
      record.save()
      addEventListener('pagehide', () => record.save())
      void this.#watch.run()
    } catch (error) {
      record.show({ stage: 'broken', problem: error instanceof Error ? error.message : String(error) })
    }
  }

  async make(size: number): Promise<void> {
    const making = (done: number) => this.record.show({ making: { what: 'making', done, size } })
    making(0)
    const { blob, sha256 } = await makeFile(size, making)
    this.record.show({ making: undefined })
    this.#send(blob, `${Math.round(size / 1e6)}-megabytes.bin`, Promise.resolve(sha256))
  }

  choose(file: File): void {
    this.#send(file, file.name, hashFile(file))
  }

  async cancel(): Promise<void> {
    const { journey, alice, bob } = this.#here()
    const isUpload = journey.phase === 'sending'
    journey.paused = true
    this.#troubled('cancel')
    let answer: Res | undefined
    const said = this.record.said(isUpload ? 'cancelUpload' : 'cancelDownload', {
      response: (response) => {
        answer = response
      },
    })
    if (isUpload) await cancelUpload(alice, journey.msgId, said)
    else await cancelDownload(bob, journey.msgId, said)
    if (answer?.statusCode === 200) return this.record.line(stoppedLine('cancel', this.#passage.safe))
    journey.paused = false
    this.record.line({ kind: 'bad', text: answer?.message ?? 'The cancel was not answered.' })
  }

  resume(): void {
    const { journey } = this.#here()
    journey.paused = false
    // Whatever else happened meanwhile, this is what sets it going.
    this.#trouble = 'cancel'
    this.#passage.settle()
    this.#join(journey)
    this.record.save()
  }

  async cut(): Promise<void> {
    this.#troubled('cut')
    this.#watch.took(await changeNetworks({ connected: false }))
    this.record.line(stoppedLine('cut', this.#passage.safe))
  }

  async restore(): Promise<void> {
    this.#watch.took(await changeNetworks({ connected: true }))
    this.#passage.settle()
  }

  reload(): void {
    this.record.tried('reload')
    this.record.save()
    location.reload()
  }

  async restart(): Promise<void> {
    this.#troubled('restart')
    this.#watch.expectRestart()
    this.record.line(stoppedLine('restart', this.#passage.safe))
    await restartGateway()
  }

  async setSpeed(bytesPerSecond: number | null): Promise<void> {
    this.#watch.took(await changeNetworks({ bytesPerSecond }))
    this.record.save()
  }

  /** Forgets the file, for another one. */
  again(): void {
    this.record.journey = undefined
    this.record.show({ sent: 0, said: {} })
    this.record.save()
  }

  #here() {
    const { journey } = this.record
    const { alice, bob } = this.record.people
    if (!alice || !bob || !journey) throw new Error('nothing is under way')
    return { alice: alice.sdk, bob: bob.sdk, journey }
  }

  async #logIn(name: PersonName, tour: TourState, known: Credentials | undefined): Promise<void> {
    const { record } = this
    const phase = name === 'alice' ? 'sending' : 'receiving'
    const person = await logIn({
      name,
      tour,
      known,
      onRequest: () => {
        if (record.journey?.phase === phase) this.#passage.request()
      },
      callbackListeners: {
        connectionListener: ({ status }) =>
          record.show({ online: { ...record.shown.online, [name]: status === 'connected' } }),
        messageListener: ({ msgId, msgBody }) => {
          if (name === 'bob' && msgBody.media && msgId === record.journey?.msgId) this.#receive()
        },
      },
    })
    record.people = { ...record.people, [name]: person }
    record.show({ jids: { ...record.shown.jids, [name]: person.jid } })
    if (person.credentials !== known) record.journey = undefined
    const { journey } = record
    // Whoever was at it goes on right after the login, and is joined before the first bytes.
    if (journey?.phase !== phase || journey.paused) return
    this.#passage.settle()
    this.#join(journey)
  }

  #send(file: Blob, fileName: string, hash: Promise<string>): void {
    const { people, shown } = this.record
    const { alice, bob } = people
    if (!alice || !bob) return
    this.#passage = new Passage()
    this.record.show({ said: {}, sent: 0 })
    const said = this.#uploadSaid('send', (msgId) => {
      const journey: Journey = {
        msgId,
        name: fileName,
        size: file.size,
        phase: 'sending',
        paused: false,
        committed: 0,
        received: 0,
        wire: { up: 0, down: 0 },
        counters: shown.server ? countersOf(shown.server) : { up: 0, down: 0 },
        lines: [],
      }
      this.record.journey = journey
      // Without it, what the SDK counts says the same at the end.
      hash.then((sha256) => Object.assign(journey, { sha256Sent: sha256 })).catch(() => {})
    })
    send(alice.sdk, { toJid: bob.jid, file, fileName }, said)
  }

  /** After a reload: what was not cancelled goes on by itself. */
  #takeUp(journey: Journey): void {
    const { record } = this
    record.journey = journey
    record.show({ sent: journey.committed })
    if (journey.phase !== 'sending' && journey.phase !== 'receiving') return
    this.#passage = new Passage({ safe: journey.phase === 'sending' ? journey.committed : journey.received })
    this.#troubled('reload')
    record.line(stoppedLine('reload', this.#passage.safe))
  }

  #join({ phase, msgId }: Journey): void {
    const { alice } = this.record.people
    if (phase === 'receiving') this.#download(msgId)
    else if (alice) resumeUpload(alice.sdk, msgId, this.#uploadSaid('resumeUpload'))
  }

  #uploadSaid(name: CallName, onPending: (msgId: string) => void = () => {}): Said {
    return this.record.said(name, {
      onPending,
      onProgress: (progress) => {
        this.record.show({ sent: progress.sent })
        this.#moved('sending', progress)
      },
      onSuccess: ({ data }) => {
        const { journey } = this.record
        const told = (data as Message | undefined)?.msgBody.media?.sha256
        if (journey && told) journey.sha256Sent ??= told
        this.#receive()
      },
      onError: (error) => this.#failed(error),
    })
  }

  /** Alice is done: Bob begins, once. */
  #receive(): void {
    const { journey } = this.record
    if (journey?.phase !== 'sending') return
    journey.phase = 'receiving'
    journey.committed = journey.size
    this.record.show({ sent: journey.size })
    this.#passage = new Passage()
    this.record.line({ kind: 'good', text: 'The gateway has all of it, and Bob the message: he downloads.' })
    this.#download(journey.msgId)
  }

  #download(msgId: string): void {
    const said = this.record.said('download', {
      onProgress: (progress) => this.#moved('receiving', progress),
      onSuccess: ({ data }) => void this.#check((data as { blob?: Blob } | undefined)?.blob),
      onError: (error) => this.#failed(error),
    })
    const { bob } = this.record.people
    // Before his login after a reload: then that begins it.
    if (bob) download(bob.sdk, msgId, said)
  }

  async #check(blob: Blob | undefined): Promise<void> {
    const { journey } = this.record
    if (!blob || journey?.phase !== 'receiving' || journey.sha256Received !== undefined) return
    const { size } = blob
    const hashing = (done: number) => this.record.show({ making: { what: 'checking', done, size } })
    const sha256 = await hashFile(blob, hashing)
    await this.#watch.look()
    Object.assign(journey, { phase: 'arrived', received: size, sha256Received: sha256 })
    this.record.show({ making: undefined })
    const { up, down } = journey.wire
    const wire = `wire ${byteText(up)} up and ${byteText(down)} down`
    this.record.line({ kind: 'good', text: `Arrived: file ${byteText(journey.size)}, ${wire}.` })
  }

  #failed({ message }: Res): void {
    const { journey } = this.record
    if (!journey || journey.phase === 'arrived') return
    journey.phase = 'failed'
    this.record.line({ kind: 'bad', text: `${message}.` })
  }

  #troubled(trouble: Trouble): void {
    this.#trouble = trouble
    this.#passage.trouble()
    this.record.tried(trouble)
  }

  #moved(phase: Journey['phase'], figures: Figures): void {
    const { journey } = this.record
    if (journey?.phase !== phase) return
    const wentOn = this.#passage.progress(figures)
    journey[phase === 'sending' ? 'committed' : 'received'] = this.#passage.safe
    if (wentOn) this.record.line(wentOnLine(this.#trouble, phase, wentOn))
    else this.record.show({})
  }
}

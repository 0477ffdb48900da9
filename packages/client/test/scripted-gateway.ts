import {
  decodeCommand,
  decodeOffer,
  element,
  encodeChatMessage,
  encodeHttpSlot,
  encodeLocation,
  encodeSlot,
  encodeStatus,
  encodeUploads,
  NS,
  type Offer,
  Refusal,
  type Slot,
  slotJson,
  statusJson,
  type UploadState,
  type UploadStatus,
  type XmlElement,
} from '@sluice/protocol'
import { Listeners } from '../src/listeners.ts'
import { logTo } from '../src/log.ts'
import type { IqRequest } from '../src/session/iq-exchange.ts'
import type { Session, SessionState } from '../src/session/session.ts'
import { StanzaRefused } from '../src/session/stanza-refused.ts'
import type { HttpRequest, HttpResponse, HttpTransport } from '../src/transfers/http-transport.ts'
import { Unreachable } from '../src/unreachable.ts'
import { untilAborted } from '../src/until-aborted.ts'
import { answer, refusal } from './scripted-answer.ts'

type Step =
  | 'offer'
  | 'resume'
  | 'cancel'
  | 'discard'
  | 'claim'
  | 'sent'
  | 'uploads'
  | 'locate'
  | 'request'
  | 'PATCH'
  | 'message'

interface Held {
  offer: Offer
  state: UploadState
  delivery: NonNullable<UploadStatus['delivery']>
  bytes: Uint8Array
  hash: string | undefined
}

const EXTERNAL = { putUrl: 'http://gateway/slots/p', getUrl: 'http://gateway/media/p1/preview.jpg' }
const NEVER = new AbortController().signal
const silent = logTo(undefined)

/** A gateway and a chat server at the client's own ports, which a test can hold, refuse and look into. */
export class ScriptedGateway implements Session {
  readonly account = 'alice@example.org'
  readonly device = 'alice@example.org/one'
  readonly domain = 'example.org'
  readonly states = new Listeners<SessionState>(silent)
  readonly stanzas = new Listeners<XmlElement>(silent)
  readonly upload: Map<string, Held> = new Map()
  /** What was asked, in order, with `http:` before what came by a twin. */
  readonly asked: string[] = []
  readonly messages: XmlElement[] = []
  /** Files that came by XEP-0363. */
  readonly puts: HttpRequest[] = []
  state: SessionState = 'online'
  httpIsDown = false
  /** Of new slots; HTTP takes no other. */
  token = 'secret'
  refusesTokens = false
  /** Whether the bytes of a full upload are checked only once its state is asked for. */
  checksLater = false
  /** What the next offer makes, whatever was offered before. */
  nextUpload: string | undefined
  /** Bytes of a PATCH that are taken before the line breaks; once. */
  breakAfter: number | undefined
  readonly #holds = new Map<Step, { reached: () => void; released: Promise<void> }>()
  readonly #refusals = new Map<Step, Error>()

  /** The next request of this kind waits: `reached` resolves when it is there, `release` lets it go on. */
  hold(step: Step): { reached: Promise<void>; release: () => void } {
    let release = () => {}
    let reach = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const reached = new Promise<void>((resolve) => {
      reach = resolve
    })
    this.#holds.set(step, { reached: reach, released })
    return { reached, release }
  }

  /** The next request of this kind fails like this. */
  refuse(step: Step, error: Error): void {
    this.#refusals.set(step, error)
  }

  goOffline(): void {
    this.state = 'connecting'
    this.states.emit('connecting')
  }

  goOnline(): void {
    this.state = 'online'
    this.states.emit('online')
  }

  online(signal?: AbortSignal): Promise<void> {
    if (this.state === 'online') return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.states.add((state) => state === 'online' && resolve())
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  }

  async request({ payload, signal }: IqRequest): Promise<XmlElement | undefined> {
    if (this.state !== 'online') throw new Unreachable('Not connected')
    if (payload.is('query', NS.discoItems))
      return element('query', { xmlns: NS.discoItems }, element('item', { jid: 'media.example.org' }))
    if (payload.is('query', NS.discoInfo))
      return element('query', { xmlns: NS.discoInfo }, element('feature', { var: NS.media }))
    if (payload.is('query', NS.archive))
      throw new StanzaRefused({ condition: 'service-unavailable', type: 'cancel', details: {} })
    return untilAborted(this.#answer(payload), signal ?? NEVER)
  }

  async deliver(stanza: XmlElement, signal?: AbortSignal): Promise<void> {
    if (this.state !== 'online') throw new Unreachable('Not connected')
    this.messages.push(stanza)
    this.asked.push('message')
    await untilAborted(this.#pass('message'), signal ?? NEVER)
  }

  async send(_stanza: XmlElement): Promise<void> {}

  /** Its HTTP side. */
  get transport(): HttpTransport {
    return { send: (request) => untilAborted(this.#http(request), request.signal), close() {} }
  }

  /** Another person's message. */
  receive(message: Parameters<typeof encodeChatMessage>[0]): void {
    this.stanzas.emit(encodeChatMessage(message))
  }

  async #answer(payload: XmlElement): Promise<XmlElement | undefined> {
    const name = payload.getName()
    this.asked.push(name)
    await this.#pass(name as Step)
    if (name === 'offer') return encodeSlot(this.#offer(decodeOffer(payload)))
    if (name === 'request') return encodeHttpSlot({ ...EXTERNAL, headers: {} })
    if (name === 'delete') return undefined
    if (name === 'uploads')
      return encodeUploads(
        [...this.upload].map(([id, held]) => ({ ...statusOf(id, held), offer: held.offer })),
      )
    if (name === 'locate')
      return encodeLocation({
        mediaId: 'm1',
        url: 'http://gateway/media/m1/a.bin',
        name: 'a.bin',
        size: 3,
        mediaType: 'text/plain',
      })
    return this.#command(decodeCommand(payload).name, decodeCommand(payload).uploadId)
  }

  #offer(offer: Offer): Slot {
    const id = (this.upload.size > 0 && this.nextUpload) || `u-${offer.messageId}`
    const held = this.upload.get(id) ?? {
      offer,
      state: 'offered',
      delivery: 'unsent',
      bytes: new Uint8Array(),
      hash: undefined,
    }
    this.upload.set(id, held)
    if (offer.hash !== 'later') held.hash = offer.hash
    settle(held)
    if (this.checksLater && held.state === 'complete') held.state = 'verifying'
    return slotOf(id, held, this.token)
  }

  #command(name: string, id: string): XmlElement | undefined {
    const held = this.#held(id)
    switch (name) {
      case 'resume':
        held.delivery = held.delivery === 'withheld' ? 'unsent' : held.delivery
        if (held.state === 'cancelled') held.state = 'paused'
        settle(held)
        return encodeSlot(slotOf(id, held, this.token))
      case 'cancel':
        if (held.delivery === 'claimed' || held.delivery === 'sent') throw new Refusal('upload-complete')
        if (held.state === 'complete' || held.state === 'verifying') held.delivery = 'withheld'
        else held.state = 'cancelled'
        return encodeStatus('cancelled', statusOf(id, held))
      case 'discard':
        held.state = 'discarded'
        return encodeStatus('discarded', statusOf(id, held))
      case 'claim':
        if (held.delivery === 'sent') throw new Refusal('message-sent')
        if (held.delivery === 'withheld') throw new Refusal('message-withheld')
        held.delivery = 'claimed'
        return undefined
      default:
        held.delivery = 'sent'
        return undefined
    }
  }

  async #patch(id: string, start: number, request: HttpRequest): Promise<HttpResponse> {
    const held = this.#held(id)
    if (held.state === 'cancelled') return refusal(new Refusal('upload-cancelled'))
    if (start !== held.bytes.length)
      return refusal(new Refusal('offset-mismatch', { committed: held.bytes.length }))
    held.state = 'receiving'
    for await (const chunk of request.body?.read() ?? []) {
      request.signal.throwIfAborted()
      const room = this.breakAfter === undefined ? chunk.length : Math.min(chunk.length, this.breakAfter)
      held.bytes = Buffer.concat([held.bytes, chunk.subarray(0, room)])
      request.onSent?.(held.bytes.length - start)
      if (this.breakAfter === undefined) continue
      this.breakAfter -= room
      if (this.breakAfter > 0) continue
      this.breakAfter = undefined
      throw new Unreachable('The line broke')
    }
    settle(held)
    return answer(204, undefined, { 'upload-offset': String(held.bytes.length) })
  }

  async #http(request: HttpRequest): Promise<HttpResponse> {
    const { pathname } = new URL(request.url)
    const [, , id = '', command] = pathname.split('/')
    this.asked.push(`http:${command ?? request.method}`)
    if (this.httpIsDown) throw new Unreachable('No gateway')
    if (request.method === 'PUT') {
      this.puts.push(request)
      return answer(201, undefined)
    }
    if (!this.#takes(request)) return refusal(new Refusal('not-authorized'))
    if (command === 'state' && this.checksLater) settle(this.#held(id))
    if (command === 'state') return answer(200, statusJson(statusOf(id, this.#held(id))))
    if (command !== undefined) return this.#twin(command, id)
    if (request.method === 'HEAD')
      return answer(200, undefined, { 'upload-offset': String(this.#held(id).bytes.length) })
    await this.#pass('PATCH')
    request.signal.throwIfAborted()
    if (!this.#takes(request)) return refusal(new Refusal('not-authorized'))
    return this.#patch(id, Number(request.headers?.['upload-offset']), request)
  }

  #takes({ headers }: HttpRequest): boolean {
    return !this.refusesTokens && headers?.authorization === `Bearer ${this.token}`
  }

  #twin(command: string, id: string): HttpResponse {
    try {
      this.#command(command, id)
    } catch (error) {
      return refusal(error as Refusal)
    }
    const held = this.#held(id)
    return answer(
      200,
      command === 'resume' ? slotJson(slotOf(id, held, this.token)) : statusJson(statusOf(id, held)),
    )
  }

  #held(id: string): Held {
    const held = this.upload.get(id)
    if (!held) throw new Refusal('upload-not-found')
    return held
  }

  async #pass(step: Step): Promise<void> {
    const hold = this.#holds.get(step)
    this.#holds.delete(step)
    hold?.reached()
    await hold?.released
    const refused = this.#refusals.get(step)
    this.#refusals.delete(step)
    if (refused) throw refused
  }
}

function settle(held: Held): void {
  if (held.state === 'cancelled' || held.bytes.length < held.offer.size) {
    if (held.state === 'receiving') held.state = 'paused'
    return
  }
  held.state = held.hash === undefined ? 'verifying' : 'complete'
}

function statusOf(uploadId: string, { offer, state, bytes, delivery }: Held): UploadStatus {
  const { messageId, size } = offer
  const committed = bytes.length
  const expiresAt = new Date('2030-01-01T00:00:00Z')
  return { uploadId, messageId, state, committed, received: committed, size, expiresAt, delivery }
}

function slotOf(id: string, held: Held, token: string): Slot {
  const { delivery: _, received: __, ...status } = statusOf(id, held)
  const uploadUrl = `http://gateway/uploads/${id}`
  return { ...status, uploadUrl, getUrl: `http://gateway/media/m-${id}/a.bin`, token }
}

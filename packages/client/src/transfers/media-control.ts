import {
  type CommandName,
  decodeLocation,
  decodeSlot,
  decodeStatus,
  decodeUploads,
  encodeCommand,
  encodeDelete,
  encodeLocate,
  encodeOffer,
  encodeUploads,
  type MediaLocation,
  type Offer,
  Refusal,
  type Slot,
  slotFromJson,
  statusFromJson,
  type UnfinishedUpload,
  type UploadState,
  type UploadStatus,
  type XmlElement,
} from '@sluice/protocol'
import type { MessageMedia } from '../messages/message.ts'
import type { IqRequest } from '../session/iq-exchange.ts'
import type { MediaService } from '../session/media-service.ts'
import type { Session } from '../session/session.ts'
import { isAway, StanzaRefused } from '../session/stanza-refused.ts'
import { Unreachable } from '../unreachable.ts'
import { jsonOf } from './http-answer.ts'
import type { HttpBody, HttpTransport } from './http-transport.ts'
import { mediaIdOf } from './media-id.ts'
import { isTransient } from './persistently.ts'

/** Where an upload is spoken to, by stanza and by HTTP. */
export interface UploadAddress {
  readonly uploadId: string
  /** Absent when the upload is known by another device's list alone: then there is no HTTP twin. */
  readonly uploadUrl?: string | undefined
  readonly token?: string | undefined
}

/**
 * What a client asks of the media service: by stanza, and where an upload's address is known by the HTTP twin when
 * no stanza gets through. Everything may be repeated. Rejects with Refusal, StanzaRefused or Unreachable, or with
 * the signal's reason.
 */
export class MediaControl {
  readonly #session: Session
  readonly #service: MediaService
  readonly #transport: HttpTransport

  constructor(needs: { session: Session; service: MediaService; transport: HttpTransport }) {
    this.#session = needs.session
    this.#service = needs.service
    this.#transport = needs.transport
  }

  async offer(offer: Offer, signal: AbortSignal): Promise<Slot> {
    return decodeSlot(await this.#ask('set', encodeOffer(offer), signal))
  }

  /** The hash that the offer promised for later: by the offer again, with the hash in it (LEDGER rule 3). */
  async handOverHash(
    address: UploadAddress,
    offer: Offer & { readonly hash: string },
    signal: AbortSignal,
  ): Promise<UploadState> {
    const content = { sha256: offer.hash }
    const said = await this.#stanzaOrTwin('hash', encodeOffer(offer), address, signal, content)
    return (said.body === undefined ? decodeSlot(given(said.answer)) : statusFromJson(said.body)).state
  }

  async resume(address: UploadAddress, signal: AbortSignal): Promise<Slot> {
    return this.#command('resume', address, signal, decodeSlot, slotFromJson)
  }

  async cancel(address: UploadAddress, signal: AbortSignal): Promise<UploadStatus> {
    return this.#command('cancel', address, signal, decodeStatus, statusFromJson)
  }

  async discard(address: UploadAddress, signal: AbortSignal): Promise<UploadStatus> {
    return this.#command('discard', address, signal, decodeStatus, statusFromJson)
  }

  /** The lease is this device's, by whatever way it was asked for. */
  async claim(address: UploadAddress, signal: AbortSignal): Promise<void> {
    await this.#tell('claim', address, signal)
  }

  async confirmSent(address: UploadAddress, signal: AbortSignal): Promise<void> {
    await this.#tell('sent', address, signal)
  }

  /** The state by HTTP, which disturbs nobody. */
  async status(address: UploadAddress, signal: AbortSignal): Promise<UploadStatus> {
    return statusFromJson(await this.#twin('GET', 'state', address, signal))
  }

  async uploads(signal: AbortSignal): Promise<UnfinishedUpload[]> {
    return decodeUploads(await this.#ask('get', encodeUploads(), signal))
  }

  async locate(mediaId: string, signal: AbortSignal): Promise<MediaLocation> {
    return decodeLocation(await this.#ask('get', encodeLocate(mediaId), signal))
  }

  /** The file of a message, and its preview. */
  async takeBack(
    { mediaId, preview }: Pick<MessageMedia, 'mediaId' | 'preview'>,
    signal: AbortSignal,
  ): Promise<void> {
    const previewId = preview && mediaIdOf(preview.url)
    for (const id of [mediaId, previewId])
      if (id !== undefined) await this.#request('set', encodeDelete(id), signal)
  }

  async #command<T>(
    name: CommandName,
    address: UploadAddress,
    signal: AbortSignal,
    decode: (payload: XmlElement) => T,
    decodeJson: (body: unknown) => T,
  ): Promise<T> {
    const payload = encodeCommand(name, address.uploadId)
    const { answer, body } = await this.#stanzaOrTwin(name, payload, address, signal)
    return body === undefined ? decode(given(answer)) : decodeJson(body)
  }

  async #tell(name: 'claim' | 'sent', address: UploadAddress, signal: AbortSignal): Promise<void> {
    const { device } = this.#session
    const payload = encodeCommand(name, address.uploadId)
    await this.#stanzaOrTwin(name, payload, address, signal, device === undefined ? undefined : { device })
  }

  /**
   * The stanza is tried once if there is a twin, which says the same. A service that an earlier run knew is
   * not searched for first: a search may take longer than the caller waits.
   */
  async #stanzaOrTwin(
    name: CommandName | 'hash',
    payload: XmlElement,
    address: UploadAddress,
    signal: AbortSignal,
    content?: object,
  ): Promise<{ answer?: XmlElement | undefined; body?: unknown }> {
    const hasTwin = address.uploadUrl !== undefined && address.token !== undefined
    if (!hasTwin) return { answer: await this.#request('set', payload, signal) }
    try {
      const to = this.#service.known ?? (await this.#service.jid(signal))
      return { answer: await this.#requestOf(to, { type: 'set', payload, signal, attempts: 1 }) }
    } catch (error) {
      if (signal.aborted || !isTransient(error)) throw error
      return { body: await this.#twin('POST', name, address, signal, content).catch(stanzaOnly) }
    }
  }

  async #ask(type: 'get' | 'set', payload: XmlElement, signal: AbortSignal): Promise<XmlElement> {
    return given(await this.#request(type, payload, signal))
  }

  async #request(
    type: 'get' | 'set',
    payload: XmlElement,
    signal: AbortSignal,
  ): Promise<XmlElement | undefined> {
    return this.#requestOf(await this.#service.jid(signal), { type, payload, signal })
  }

  async #requestOf(to: string, request: Omit<IqRequest, 'to'>): Promise<XmlElement | undefined> {
    try {
      return await this.#session.request({ ...request, to })
    } catch (cause) {
      if (!(cause instanceof StanzaRefused) || !isAway(cause)) throw cause
      // It may come back under another name.
      this.#service.lookAgain()
      throw new Unreachable('The media service is away', { cause })
    }
  }

  async #twin(
    method: 'GET' | 'POST',
    name: string,
    { uploadUrl, token }: UploadAddress,
    signal: AbortSignal,
    content?: object,
  ): Promise<unknown> {
    if (uploadUrl === undefined || token === undefined) throw new Unreachable('The upload has no address yet')
    const response = await this.#transport.send({
      method,
      url: `${uploadUrl}/${name}`,
      headers: {
        authorization: `Bearer ${token}`,
        ...(content && { 'content-type': 'application/json' }),
      },
      ...(content && { body: jsonBody(content) }),
      signal,
    })
    return jsonOf(response)
  }
}

/** A slot's token expires; the stanza, for which the account vouches, gets through once the line is back. */
function stanzaOnly(error: unknown): never {
  if (error instanceof Refusal && error.code === 'not-authorized')
    throw new Unreachable('The token has expired', { cause: error })
  throw error
}

function jsonBody(content: object): HttpBody {
  const bytes = new TextEncoder().encode(JSON.stringify(content))
  return {
    size: bytes.length,
    async *read() {
      yield bytes
    },
  }
}

function given(answer: XmlElement | undefined): XmlElement {
  if (!answer) throw new Unreachable('The answer was empty')
  return answer
}

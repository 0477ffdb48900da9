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
  type Slot,
  slotFromJson,
  statusFromJson,
  type UnfinishedUpload,
  type UploadStatus,
  type XmlElement,
} from '@sluice/protocol'
import type { MediaService } from '../session/media-service.ts'
import type { Session } from '../session/session.ts'
import { Unreachable } from '../unreachable.ts'
import { jsonOf } from './http-answer.ts'
import type { HttpTransport } from './http-transport.ts'
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

  async resume(address: UploadAddress, signal: AbortSignal): Promise<Slot> {
    return this.#command('resume', address, signal, decodeSlot, slotFromJson)
  }

  async cancel(address: UploadAddress, signal: AbortSignal): Promise<UploadStatus> {
    return this.#command('cancel', address, signal, decodeStatus, statusFromJson)
  }

  async discard(address: UploadAddress, signal: AbortSignal): Promise<UploadStatus> {
    return this.#command('discard', address, signal, decodeStatus, statusFromJson)
  }

  /** By stanza alone: the message that follows needs the stream as well, and the lease is its device's. */
  async claim({ uploadId }: UploadAddress, signal: AbortSignal): Promise<void> {
    await this.#request('set', encodeCommand('claim', uploadId), signal)
  }

  async confirmSent({ uploadId }: UploadAddress, signal: AbortSignal): Promise<void> {
    await this.#request('set', encodeCommand('sent', uploadId), signal)
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

  async delete(mediaId: string, signal: AbortSignal): Promise<void> {
    await this.#request('set', encodeDelete(mediaId), signal)
  }

  async #command<T>(
    name: CommandName,
    address: UploadAddress,
    signal: AbortSignal,
    decode: (payload: XmlElement) => T,
    decodeJson: (body: unknown) => T,
  ): Promise<T> {
    const hasTwin = address.uploadUrl !== undefined && address.token !== undefined
    try {
      const payload = encodeCommand(name, address.uploadId)
      return decode(await this.#ask('set', payload, signal, hasTwin ? 1 : undefined))
    } catch (error) {
      if (!hasTwin || signal.aborted || !isTransient(error)) throw error
      return decodeJson(await this.#twin('POST', name, address, signal))
    }
  }

  async #ask(
    type: 'get' | 'set',
    payload: XmlElement,
    signal: AbortSignal,
    attempts?: number,
  ): Promise<XmlElement> {
    const answer = await this.#request(type, payload, signal, attempts)
    if (!answer) throw new Unreachable('The answer was empty')
    return answer
  }

  async #request(
    type: 'get' | 'set',
    payload: XmlElement,
    signal: AbortSignal,
    attempts?: number,
  ): Promise<XmlElement | undefined> {
    const to = await this.#service.jid(signal)
    return this.#session.request({ type, to, payload, signal, attempts })
  }

  async #twin(
    method: 'GET' | 'POST',
    name: string,
    { uploadUrl, token }: UploadAddress,
    signal: AbortSignal,
  ): Promise<unknown> {
    if (uploadUrl === undefined || token === undefined) throw new Unreachable('The upload has no address yet')
    const response = await this.#transport.send({
      method,
      url: `${uploadUrl}/${name}`,
      headers: { authorization: `Bearer ${token}` },
      signal,
    })
    return jsonOf(response)
  }
}

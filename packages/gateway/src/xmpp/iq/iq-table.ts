import type { XmlElement } from '@sluice/protocol'
import { StanzaFailure } from '../../messaging/stanza-failure.ts'
import type { IqHandler, IqRequest } from './iq-request.ts'

/** Handlers by type, namespace and name of the payload. */
export class IqTable {
  readonly #handlers = new Map<string, IqHandler>()

  on(type: 'get' | 'set', xmlns: string, name: string, handler: IqHandler): this {
    this.#handlers.set(`${type} ${xmlns} ${name}`, handler)
    return this
  }

  /** Throws `service-unavailable` where nobody answers (RFC 6120 §8.4). */
  async answer(request: IqRequest): Promise<XmlElement | undefined> {
    const { payload, type } = request
    const handler = this.#handlers.get(`${type} ${payload.getNS()} ${payload.getName()}`)
    if (!handler) throw new StanzaFailure('service-unavailable')
    return handler(request)
  }
}

/** Throws `bad-request` for an iq of another form: an id, get or set, one child (RFC 6120 §8.2.3). */
export function checkedRequest(iq: XmlElement, from: IqRequest['from']): IqRequest {
  const { id, type } = iq.attrs
  const [payload, ...more] = iq.getChildElements()
  if (!id || (type !== 'get' && type !== 'set') || !payload || more.length > 0) {
    throw new StanzaFailure('bad-request', { type: 'modify' })
  }
  return { type, payload, from }
}

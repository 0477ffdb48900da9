import { randomUUID } from 'node:crypto'
import {
  decodeSlot,
  decodeStanzaError,
  decodeStatus,
  element,
  encodeCommand,
  encodeOffer,
  type Offer,
  type Slot,
  type UploadStatus,
  type XmlElement,
} from '@sluice/protocol'
import { client } from '@xmpp/client'
import { WebSocket } from 'ws'
import { Scram } from '../../packages/client/src/session/scram.ts'

// Node 20 has no WebSocket of its own, which @xmpp/websocket looks for.
globalThis.WebSocket ??= WebSocket as never

/** Someone who speaks stanzas and nothing more: the tests' view of the control plane, without the SDK. */
export class StanzaUser {
  readonly jid: string
  readonly domain: string
  readonly #xmpp: ReturnType<typeof client>
  readonly #waiting = new Set<(stanza: XmlElement) => void>()

  private constructor(xmpp: ReturnType<typeof client>, jid: string, domain: string) {
    this.#xmpp = xmpp
    this.jid = jid
    this.domain = domain
    xmpp.on('stanza', (stanza) => {
      for (const take of this.#waiting) take(stanza)
    })
  }

  /** `serverUrl` is a gateway's address, or the whole WebSocket URL of a chat server. */
  static async login(
    serverUrl: string,
    username: string,
    password: string,
    domain = 'localhost',
  ): Promise<StanzaUser> {
    const service = serverUrl.startsWith('ws')
      ? serverUrl
      : `${serverUrl.replace(/^http/, 'ws')}/xmpp-websocket`
    const xmpp = client({
      service,
      domain,
      credentials: (authenticate) => authenticate({ username, password }, QuickScram.key),
    })
    xmpp.saslFactory.use(QuickScram.key, QuickScram)
    xmpp.on('error', () => {})
    xmpp.reconnect.stop()
    const managed = streamManaged(xmpp)
    const address = await xmpp.start()
    await managed()
    await xmpp.send(element('presence'))
    return new StanzaUser(xmpp, String(address), domain)
  }

  /** Sends an iq to the media service; answers the payload or throws its refusal. */
  ask(type: 'get' | 'set', payload: XmlElement): Promise<XmlElement> {
    return this.iq(type, `media.${this.domain}`, payload)
  }

  /** Sends an iq; answers the payload or throws the refusal. */
  async iq(type: 'get' | 'set', to: string, payload: XmlElement): Promise<XmlElement> {
    const id = randomUUID()
    const answered = this.next((stanza) => stanza.is('iq') && stanza.attrs.id === id)
    await this.#xmpp.send(element('iq', { type, id, to }, payload))
    const answer = await answered
    if (answer.attrs.type === 'error') {
      const error = decodeStanzaError(answer.getChild('error') as XmlElement)
      throw Object.assign(new Error(error.text ?? error.condition), error)
    }
    return answer.getChildElements()[0] as XmlElement
  }

  async offer(offer: Partial<Offer> & { size: number }): Promise<Slot> {
    const whole: Offer = {
      messageId: randomUUID(),
      to: `bob@${this.domain}`,
      name: 'file.bin',
      mediaType: 'application/octet-stream',
      kind: 'file',
      intent: { chat: 'chat' },
      ...offer,
    }
    return decodeSlot(await this.ask('set', encodeOffer(whole)))
  }

  async cancel(uploadId: string): Promise<UploadStatus> {
    return decodeStatus(await this.ask('set', encodeCommand('cancel', uploadId)))
  }

  async resume(uploadId: string): Promise<Slot> {
    return decodeSlot(await this.ask('set', encodeCommand('resume', uploadId)))
  }

  async send(stanza: XmlElement): Promise<void> {
    await this.#xmpp.send(stanza)
  }

  /** The next stanza that `wanted` says yes to. */
  next(wanted: (stanza: XmlElement) => boolean): Promise<XmlElement> {
    return new Promise((resolve) => {
      const take = (stanza: XmlElement) => {
        if (!wanted(stanza)) return
        this.#waiting.delete(take)
        resolve(stanza)
      }
      this.#waiting.add(take)
    })
  }

  async close(): Promise<void> {
    await this.#xmpp.stop()
  }
}

/** The one of @xmpp/client awaits each of its 8192 steps: half a second of work at each login. */
class QuickScram extends Scram {
  static readonly key = 'quick SCRAM-SHA-1'
  readonly clientFirst = true

  constructor() {
    super('SCRAM-SHA-1')
  }
}

/**
 * Resolves once stream management is on, where the server has it. Before, @xmpp/client counts what it gets wrongly, and
 * the server ends the stream for it.
 */
function streamManaged(xmpp: ReturnType<typeof client>): () => Promise<void> {
  const namespace = 'urn:xmpp:sm:3'
  let offered = false
  const answered = new Promise<void>((resolve) => {
    xmpp.on('nonza', (nonza) => {
      if (nonza.getChild('sm', namespace)) offered = true
      if (nonza.is('enabled', namespace) || nonza.is('failed', namespace)) resolve()
    })
  })
  return async () => {
    if (offered) await answered
  }
}

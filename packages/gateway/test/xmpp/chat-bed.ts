import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Messaging } from '../../src/messaging/create-messaging.ts'
import type { LoginTokenRules } from '../../src/messaging/login-token-verifier.ts'
import type { NodeSignals } from '../../src/transfer/node-signals.ts'
import { MediaStanzas, type MediaUseCases } from '../../src/xmpp/media-stanzas.ts'
import {
  attachXmppEndpoint,
  type XmppEndpoint,
  type XmppEndpointNeeds,
} from '../../src/xmpp/xmpp-endpoint.ts'
import { DOMAIN, MessagingBed } from '../messaging/messaging-bed.ts'
import { type ConnectOptions, FrameClient, PASSWORD } from './frame-client.ts'

/** For tests that ask the media service for no more than what it is. */
const NO_MEDIA = { requestSlot: { maxUploadBytes: 1000 } } as MediaUseCases

export interface ChatOptions
  extends Partial<Pick<XmppEndpointNeeds, 'secure' | 'local' | 'registrationOpen' | 'limits' | 'clock'>> {
  transfer?: MediaUseCases
  signals?: NodeSignals
  loginTokens?: LoginTokenRules
}

/** A whole chat server on a real socket, its stores and its time in the test's hands. */
export class ChatBed extends MessagingBed {
  readonly messaging: Messaging
  readonly endpoint: XmppEndpoint
  readonly #server: Server
  readonly #clients: FrameClient[] = []

  private constructor(server: Server, options: ChatOptions) {
    super({ loginTokens: options.loginTokens })
    this.#server = server
    this.messaging = this.join(options.signals)
    this.endpoint = attachXmppEndpoint({
      server,
      domain: DOMAIN,
      mediaJid: `media.${DOMAIN}`,
      secure: options.secure ?? false,
      local: options.local ?? true,
      registrationOpen: options.registrationOpen ?? false,
      messaging: this.messaging,
      media: new MediaStanzas({ transfer: options.transfer ?? NO_MEDIA, logger: this.logger }),
      clock: options.clock ?? this.clock,
      logger: this.logger,
      ...(options.limits && { limits: options.limits }),
    })
  }

  /** With the accounts of alice and bob. */
  static async open(options: ChatOptions = {}): Promise<ChatBed> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const bed = new ChatBed(server, options)
    for (const name of ['alice', 'bob']) await bed.messaging.accounts.add({ name, password: PASSWORD })
    return bed
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async connect(options?: ConnectOptions): Promise<FrameClient> {
    const client = await FrameClient.connect(this.url, options)
    this.#clients.push(client)
    return client
  }

  /** Logged in, without presence unless there is a priority. */
  async login(name: string, resource?: string, priority?: number): Promise<FrameClient & { jid: string }> {
    const client = await this.connect()
    const jid = await client.login(name, PASSWORD, resource)
    if (priority !== undefined) await client.available(priority)
    return Object.assign(client, { jid })
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.terminate()
    await this.endpoint.close()
    await this.messaging.close()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }
}

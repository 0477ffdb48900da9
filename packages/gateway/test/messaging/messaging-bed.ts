import { createMessaging, type Messaging } from '../../src/messaging/create-messaging.ts'
import type { LoginTokenRules } from '../../src/messaging/login-token-verifier.ts'
import type { Logger } from '../../src/transfer/logger.ts'
import type { NodeSignals } from '../../src/transfer/node-signals.ts'
import { HandClock } from '../transfer/hand-clock.ts'
import { NodeBus } from '../transfer/node-bus.ts'
import { MemoryAccountStore } from './memory-account-store.ts'
import { MemoryArchiveStore } from './memory-archive-store.ts'
import { MemoryContactStore } from './memory-contact-store.ts'
import { MemoryOfflineStore } from './memory-offline-store.ts'
import { MemoryPresenceStore } from './memory-presence-store.ts'

export const DOMAIN = 'example.org'

/** The stores, signals and time that the nodes of one test share. */
export class MessagingBed {
  readonly clock = new HandClock()
  readonly bus = new NodeBus()
  readonly offline: MemoryOfflineStore
  readonly accounts: MemoryAccountStore
  readonly archive: MemoryArchiveStore
  readonly contacts: MemoryContactStore
  readonly presences = new MemoryPresenceStore()
  #joined = 0
  readonly logged: { level: string; message: string; fields: object }[] = []

  readonly #loginTokens: LoginTokenRules | undefined

  constructor({
    maxMessages = 1000,
    loginTokens,
  }: {
    maxMessages?: number
    loginTokens?: LoginTokenRules | undefined
  } = {}) {
    this.#loginTokens = loginTokens
    this.accounts = new MemoryAccountStore({
      onRemove: (jid) => {
        this.offline.forget(jid)
        this.contacts.forget(jid)
        this.archive.removeAll(jid)
      },
    })
    const knows = (jid: string) => this.accounts.has(jid)
    this.offline = new MemoryOfflineStore({ knows, maxMessages })
    this.contacts = new MemoryContactStore({ knows })
    this.archive = new MemoryArchiveStore({ knows, contacts: this.contacts })
  }

  get logger(): Logger {
    const log = (level: string) => (fields: object, message: string) =>
      void this.logged.push({ level, message, fields })
    return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
  }

  join(signals: NodeSignals = this.bus.join('node')): Messaging {
    const { accounts, archive, clock, contacts, logger, offline, presences } = this
    this.#joined += 1
    const node = `node ${this.#joined}`
    const stores = { accounts, archive, contacts, offline, presences }
    return createMessaging({
      node,
      ...stores,
      signals,
      clock,
      logger,
      domain: DOMAIN,
      archiveExpiryMs: 86_400_000,
      loginTokens: this.#loginTokens,
    })
  }
}

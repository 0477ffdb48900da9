import { Account, type Ending } from './account.ts'
import { type EventListeners, openEvents, passOn } from './client-events.ts'
import { type Address, addressOf, type ClientOptions } from './client-options.ts'
import { sleep } from './clock.ts'
import { connectFailure, orFailure } from './connect-failure.ts'
import { loadPart } from './load-part.ts'
import { type Log, logTo } from './log.ts'
import { badParameter } from './parameters.ts'
import type { AccountStore, StorageTrouble, Store } from './persistence/store.ts'
import type { Platform } from './platform.ts'
import { ConnectError, type Connector, type Credentials } from './session/connection.ts'
import type { SessionState } from './session/session.ts'
import type { TokenSource } from './session/token-source.ts'
import { XmppConnector } from './session/xmpp-connector.ts'
import { readdressed } from './transfers/readdressed.ts'
import { TransferError } from './transfers/transfer-error.ts'

const RECONNECTING_MS = 15_000
const FINDING_MS = 10_000

/** What both faces of the client stand on: one account at a time, and news about it. */
export class ClientCore {
  readonly log: Log
  readonly events: EventListeners
  readonly #platform: Platform
  readonly #options: ClientOptions
  readonly #store: Store
  #account: Account | undefined
  #watchesContacts = false
  /** What it was logged in with. */
  #login: { readonly password: string | undefined; readonly resource: string | undefined } | undefined
  #tokens: TokenSource | undefined
  /** Who was logged in last; its store is kept. */
  #kept: string | undefined
  /** One login or logout after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(platform: Platform, options: ClientOptions) {
    this.#platform = platform
    this.#options = options
    this.#store = options.store ?? platform.defaultStore()
    this.log = logTo(options.onLog)
    this.events = openEvents(this.log)
  }

  get jid(): string | undefined {
    return this.#account?.session.account
  }

  get state(): SessionState {
    return this.#account?.session.state ?? 'offline'
  }

  /** The account that is logged in, whether its line is up or not. Throws TransferError 401. */
  get account(): Account {
    if (this.#account) return this.#account
    throw notLoggedIn()
  }

  /** Throws TransferError 400 when nobody could log in with these options. */
  checkOptions(): void {
    addressOf(this.#options, 'anyone')
  }

  /** Makes an account. Rejects with TransferError. */
  async register({ username, password }: Credentials): Promise<void> {
    const address = addressOf(this.#options, username)
    const credentials = { username: address.username, password }
    const connector = await this.#connector(address)
    await orFailure(connector.register({ credentials, signal: AbortSignal.timeout(30_000) }))
  }

  /**
   * Logs in; another account, or one with another password, is logged off first. While the same one is connecting
   * again by itself it waits for that, 15 s at most. Without a password by token. Rejects with TransferError.
   */
  connect({ username, password }: Partial<Credentials> = {}): Promise<void> {
    return this.#inTurn(async () => {
      const tokens = password === undefined ? await this.#tokenSource() : undefined
      const { user, token } = await this.#whom(username, tokens)
      const address = addressOf(this.#options, user)
      const { account: bare, resource } = address
      const isSame =
        this.#account?.session.account === bare &&
        this.#login?.password === password &&
        this.#login?.resource === resource
      if (isSame && (await this.#comesOnline())) return
      await this.#leave(disconnected(), { forget: false })
      const { clock, random, sha256, openFile, mediaCare, openTransport, openTabs } = this.#platform
      const connector = await this.#connector(address)
      const transport = await orFailure(openTransport())
      const store = await this.#openStore(address.account)
      const account = await Account.load({
        connector,
        store,
        transport: readdressed(transport, this.#options.mediaAddress),
        clock,
        random,
        sha256,
        openFile,
        mediaCare,
        log: this.log,
        account: address.account,
        domain: address.domain,
        login:
          tokens?.logins(address.username, token) ??
          (async () => ({ username: address.username, password: password ?? '' })),
        resource,
        mediaService: this.#options.mediaService,
        downloadDir: this.#options.downloadDir,
        openTabs,
        onLogout: () => this.#loggedOut(address.account),
      }).catch(async (error: unknown) => {
        await store.close()
        throw connectFailure(error)
      })
      passOn(account, this.events)
      if (this.#watchesContacts) this.#readContacts(account)
      this.#account = account
      this.#login = { password, resource }
      try {
        await account.session.open()
        this.#kept = address.account
        if (this.#options.resumeOnConnect ?? this.#platform.resumesOnConnect) await account.goOn()
      } catch (error) {
        await this.#leave(disconnected(), { forget: false })
        throw connectFailure(error)
      }
    })
  }

  /** Without a username whoever is logged in by a token, or else whom the next one names, which is for the first stream. */
  async #whom(
    username: string | undefined,
    tokens: TokenSource | undefined,
  ): Promise<{ user: string; token?: string }> {
    const held = tokens && this.#login?.password === undefined ? this.#account?.session.account : undefined
    const user = username ?? held
    return user === undefined && tokens ? orFailure(tokens.named()) : { user: user ?? '' }
  }

  async #tokenSource(): Promise<TokenSource> {
    const { tokenProvider: provider } = this.#options
    if (!provider) throw badParameter('password')
    const { TokenSource } = await orFailure(loadPart(import('./session/token-source.ts')))
    this.#tokens ??= new TokenSource({ provider, clock: this.#platform.clock })
    return this.#tokens
  }

  /** Logs off and keeps everything. Idempotent. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#leave(disconnected(), { forget: false }))
  }

  /**
   * Logs off and forgets what the store holds of the account, the last one if none is logged in, but no file that
   * was downloaded.
   */
  logout(): Promise<void> {
    return this.#inTurn(async () => {
      const kept = this.#kept
      if (this.#account) await this.#leave(notLoggedIn(), { forget: true })
      else if (kept !== undefined) await this.#forget(kept)
      this.#kept = undefined
    })
  }

  async #forget(account: string): Promise<void> {
    const store = await this.#openStore(account)
    const tabs = store.isShared ? await this.#platform.openTabs?.(account) : undefined
    try {
      // Loaded by the login that this account had.
      if (tabs) await (await loadPart(import('./tabs/tab-sharing.ts'))).TabSharing.endOthers(tabs)
      await store.forget()
    } finally {
      await store.close()
      tabs?.close()
    }
  }

  /** In another tab, which empties the store. */
  #loggedOut(account: string): void {
    const leaving = this.#inTurn(async () => {
      if (this.#account?.session.account !== account) return
      this.#kept = undefined
      await this.#leave(notLoggedIn(), { forget: true, byOther: true })
    })
    leaving.catch((error: unknown) => this.log('error', 'a session did not end well', { error }))
  }

  #openStore(account: string): Promise<AccountStore> {
    const reported = new Set<string>()
    const report = (trouble: StorageTrouble) => {
      if (reported.has(trouble.code)) return
      reported.add(trouble.code)
      this.log('warn', 'the browser does not store everything', { code: trouble.code })
      this.events.storage.emit(trouble)
    }
    return orFailure(this.#store.open(account, report))
  }

  /** False when the session of the account is over. Rejects with TransferError 503 when it takes too long. */
  async #comesOnline(): Promise<boolean> {
    const session = this.#account?.session
    if (!session || session.state === 'offline') return false
    const over = new AbortController()
    const late = new ConnectError('unreachable', 'The server cannot be reached')
    const patience = sleep(this.#platform.clock, RECONNECTING_MS, over.signal).then(() => over.abort(late))
    patience.catch(() => {})
    try {
      await session.online(over.signal)
      return true
    } catch (error) {
      if (error === late) throw connectFailure(late)
      return false
    } finally {
      over.abort()
    }
  }

  async #leave(reason: TransferError, how: Ending): Promise<void> {
    const account = this.#account
    this.#account = undefined
    await account?.end(reason, how)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #connector({ url, domain }: Address): Promise<Connector> {
    const { WebSocket, clock } = this.#platform
    return new XmppConnector({ url: url ?? (await this.#find(domain)), domain, WebSocket, clock })
  }

  async #find(domain: string): Promise<string> {
    const transport = await this.#platform.openTransport()
    try {
      // Most apps name an address.
      const { findWebSocket } = await loadPart(import('./session/find-web-socket.ts'))
      const found = await findWebSocket(domain, { transport, signal: AbortSignal.timeout(FINDING_MS) })
      this.log('debug', 'found the WebSocket', { domain, url: found })
      return found
    } catch (cause) {
      throw connectFailure(new ConnectError('unreachable', 'The server cannot be reached', { cause }))
    } finally {
      transport.close()
    }
  }

  /** From now on the contact list is read and its changes are told. */
  watchContacts(): void {
    this.#watchesContacts = true
    if (this.#account) this.#readContacts(this.#account)
  }

  #readContacts(account: Account): void {
    account
      .patiently(() => account.contacts())
      .catch((error: unknown) => this.log('error', 'the contacts were not loaded', { error }))
  }
}

function notLoggedIn(): TransferError {
  const message = 'You are not logged in'
  return new TransferError({ code: 'not_logged_in', statusCode: 401, message, retryable: false })
}

function disconnected(): TransferError {
  const message = 'The session was ended'
  return new TransferError({ code: 'disconnected', statusCode: 503, message, retryable: true })
}

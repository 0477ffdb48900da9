import { type Client, type Credentials, createClient, TransferError } from '@sluice/client'
import { forgetLogin, keepLogin, keptLogin } from '../login/kept-login.ts'
import { loginFailure } from '../login/login-failure.ts'
import type { ChatState } from './chat-context.ts'
import { Observable } from './observable.ts'
import { type OpenChat, openChat } from './open-chat.ts'
import { accountOf, readServerInfo, type ServerInfo } from './server-info.ts'

const AGAIN_MS = 3_000

export type SessionView =
  | { readonly name: 'out'; readonly failure?: string }
  | { readonly name: 'entering'; readonly isWaiting?: boolean }
  | { readonly name: 'in'; readonly chat: ChatState }

/** Who is logged in on this page; it outlives the view. */
export class ChatSession {
  readonly view = new Observable<SessionView>({ name: 'out' })
  readonly info = new Observable<ServerInfo>({})
  readonly #client: Promise<Client>
  #open: OpenChat | undefined

  constructor() {
    this.#client = readServerInfo().then((info) => {
      this.info.set(info)
      return createClient({ serverUrl: new URL('.', location.href).href, domain: info.domain })
    })
    const kept = keptLogin()
    if (kept) void this.#enter(kept, { persist: true })
  }

  async login(
    credentials: Credentials,
    { isNew, beyondThisTab }: { isNew: boolean; beyondThisTab: boolean },
  ) {
    this.view.set({ name: 'entering' })
    try {
      if (isNew) await (await this.#client).register(credentials)
    } catch (error) {
      return this.view.set({ name: 'out', failure: loginFailure(error, { isNew }) })
    }
    const isIn = await this.#enter(credentials, { persist: false })
    if (isIn) keepLogin(credentials, { beyondThisTab })
  }

  /** Takes the place of another client that took ours. */
  async reconnect(): Promise<void> {
    const kept = keptLogin()
    if (kept) await (await this.#client).connect(kept).catch(() => {})
  }

  /** Forgets the account here, in all tabs, and what was not sent. */
  async logout(): Promise<void> {
    this.#forget()
    await (await this.#client).logout()
  }

  #forget(): void {
    forgetLogin()
    this.#open?.chat.kept.forget()
    this.#open?.close()
    this.#open = undefined
    this.view.set({ name: 'out' })
  }

  /** Until the server is there, if it is to persist; otherwise tried once. */
  async #enter(credentials: Credentials, { persist }: { persist: boolean }): Promise<boolean> {
    this.view.set({ name: 'entering' })
    const client = await this.#client
    const open = openChat(client, accountOf(credentials.username, this.info.value), () => this.#forget())
    this.#open = open
    for (;;) {
      try {
        await client.connect(credentials)
        if (this.#open === open) this.view.set({ name: 'in', chat: open.chat })
        return this.#open === open
      } catch (error) {
        if (this.#open !== open) return false
        const mayComeBack = error instanceof TransferError && error.retryable
        if (!persist || !mayComeBack) {
          open.close()
          this.#open = undefined
          this.view.set({ name: 'out', failure: loginFailure(error, { isNew: false }) })
          return false
        }
        this.view.set({ name: 'entering', isWaiting: true })
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      }
    }
  }
}

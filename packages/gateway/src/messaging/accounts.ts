import { randomBytes } from 'node:crypto'
import { prepareJid, Refusal } from '@sluice/protocol'
import type { NodeSignals } from '../transfer/node-signals.ts'
import type { Account, AccountStore } from './account-store.ts'
import type { Contact } from './contact.ts'
import type { ContactStore } from './contact-store.ts'
import { preparePassword } from './prepare-password.ts'
import { deriveScramKeys, type ScramKeys } from './scram-keys.ts'
import type { Sessions } from './sessions.ts'

/** Rounds of PBKDF2: above RFC 7677's 4,096 and bearable for a client that derives in plain JavaScript. */
export const SCRAM_ITERATIONS = 10_000
export const SCRAM_SALT_BYTES = 16

interface Needs {
  store: AccountStore
  contacts: Pick<ContactStore, 'list'>
  domain: string
  sessions: Sessions
  signals: Pick<NodeSignals, 'announceMail' | 'announceNews'>
}

/** The accounts of the domain, as in-band registration and the command line manage them. */
export class Accounts {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** The bare JID that a name, or a bare JID of this domain, stands for. Throws `bad-jid`. */
  jidOf(name: string): string {
    const { domain } = this.#needs
    const jid = prepareJid(name.includes('@') ? name : `${name}@${domain}`)
    if (jid.local === undefined || jid.resource !== undefined || jid.domain !== domain) {
      throw new Refusal('bad-jid', { reason: `an account is a name at ${domain}` })
    }
    return jid.bare
  }

  /**
   * A name whose account was removed is given out again, `reused`, only with `reuseRemoved`: whoever has it owns what
   * the former one uploaded. Throws `bad-jid` and, for the password, `bad-request`.
   */
  async add({
    name,
    password,
    reuseRemoved = false,
  }: {
    name: string
    password: string
    reuseRemoved?: boolean
  }): Promise<{ jid: string; outcome: Awaited<ReturnType<AccountStore['create']>> }> {
    const account = await newAccount(this.jidOf(name), password)
    return { jid: account.jid, outcome: await this.#needs.store.create(account, { reuseRemoved }) }
  }

  /**
   * Makes the account, without a password, unless it is there. False when it was removed: only the operator gives such a
   * name out again.
   */
  async provision(jid: string): Promise<boolean> {
    if (await this.exists(jid)) return true
    return (await this.#needs.store.create({ jid, keys: unusableKeys() })) !== 'removed'
  }

  /** False when there is no such account. Throws `bad-jid` and, for the password, `bad-request`. */
  async changePassword({ name, password }: { name: string; password: string }): Promise<boolean> {
    return this.#needs.store.replaceKeys(await newAccount(this.jidOf(name), password))
  }

  /** Ends its sessions, on other nodes as they hear of it. False when there is no such account. Throws `bad-jid`. */
  async remove(name: string): Promise<boolean> {
    const { contacts, sessions, signals, store } = this.#needs
    const jid = this.jidOf(name)
    const known = await contacts.list(jid)
    const removed = await store.remove(jid)
    for (const session of sessions.of(jid)) session.end('not-authorized')
    if (!removed) return false
    // The others look into the mailbox and find no account.
    await signals.announceMail(jid)
    for (const contact of known) await this.#tellGone(jid, contact)
    return true
  }

  /** Who knew the account loses sight of it (RFC 6121 §3.2, §3.3). */
  async #tellGone(account: string, { asked, asking, from, jid, to }: Contact): Promise<void> {
    const isWatcher = from || asking !== undefined
    const isWatched = to || asked
    if (!isWatcher && !isWatched) return
    await this.#needs.signals.announceNews({
      kind: 'contact',
      account: jid,
      jid: account,
      push: true,
      stanzas: [
        ...(isWatched ? (['unsubscribe'] as const) : []),
        ...(isWatcher ? (['unsubscribed'] as const) : []),
      ],
      ...(from && { presence: 'hide' }),
    })
  }

  async exists(jid: string): Promise<boolean> {
    return (await this.#needs.store.find(jid)) !== undefined
  }

  /** Bare JIDs, in order. */
  list(): Promise<string[]> {
    return this.#needs.store.list()
  }
}

/** No password fits: they were derived from none. */
function unusableKeys(): Account['keys'] {
  const keys = (bytes: number): ScramKeys => ({
    salt: randomBytes(SCRAM_SALT_BYTES),
    iterations: SCRAM_ITERATIONS,
    storedKey: randomBytes(bytes),
    serverKey: randomBytes(bytes),
  })
  return { sha1: keys(20), sha256: keys(32) }
}

async function newAccount(jid: string, password: string): Promise<Account> {
  const prepared = preparePassword(password)
  const [sha1, sha256] = await Promise.all(
    (['sha1', 'sha256'] as const).map((hash) =>
      deriveScramKeys({
        hash,
        password: prepared,
        salt: randomBytes(SCRAM_SALT_BYTES),
        iterations: SCRAM_ITERATIONS,
      }),
    ),
  )
  if (!sha1 || !sha256) throw new Error('a key is missing')
  return { jid, keys: { sha1, sha256 } }
}

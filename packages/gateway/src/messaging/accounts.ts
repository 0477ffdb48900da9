import { randomBytes } from 'node:crypto'
import { prepareJid, Refusal } from '@sluice/protocol'
import type { NodeSignals } from '../transfer/node-signals.ts'
import type { Account, AccountStore } from './account-store.ts'
import { preparePassword } from './prepare-password.ts'
import { deriveScramKeys, type ScramKeys } from './scram-keys.ts'
import type { Sessions } from './sessions.ts'

/** Rounds of PBKDF2: above RFC 7677's 4,096 and bearable for a client that derives in plain JavaScript. */
export const SCRAM_ITERATIONS = 10_000
export const SCRAM_SALT_BYTES = 16

/** The accounts of the domain, as in-band registration and the command line manage them. */
export class Accounts {
  readonly #needs: {
    store: AccountStore
    domain: string
    sessions: Sessions
    signals: Pick<NodeSignals, 'announceMail'>
  }

  constructor(needs: {
    store: AccountStore
    domain: string
    sessions: Sessions
    signals: Pick<NodeSignals, 'announceMail'>
  }) {
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
    const jid = this.jidOf(name)
    const removed = await this.#needs.store.remove(jid)
    for (const session of this.#needs.sessions.of(jid)) session.end('not-authorized')
    // The others look into the mailbox and find no account.
    if (removed) await this.#needs.signals.announceMail(jid)
    return removed
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

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Account, AccountStore } from './account-store.ts'
import { type Accounts, SCRAM_ITERATIONS, SCRAM_SALT_BYTES } from './accounts.ts'
import { preparePassword } from './prepare-password.ts'
import { deriveScramKeys, type ScramHash, type ScramKeys } from './scram-keys.ts'

/**
 * The keys that a login is checked against. A name that nobody has gets keys too, the same ones each time, which no
 * password fits: so that a stranger cannot learn by trying who has an account.
 */
export class Credentials {
  readonly #needs: { store: AccountStore; accounts: Accounts }

  constructor(needs: { store: AccountStore; accounts: Accounts }) {
    this.#needs = needs
  }

  /** Never refuses a name, whatever it holds. */
  async find(name: string): Promise<Account> {
    const { store } = this.#needs
    const jid = this.#jidOf(name)
    const [account, secret] = await Promise.all([
      jid === undefined ? undefined : store.find(jid),
      store.secret(),
    ])
    const decoy = decoyAccount(jid ?? name, secret)
    return account ?? decoy
  }

  /** The account's JID when the password is right. Takes as long when there is no such account. */
  async checkPassword({ name, password }: { name: string; password: string }): Promise<string | undefined> {
    const { jid, keys } = await this.find(name)
    const { salt, iterations, storedKey } = keys.sha256
    const given = await deriveScramKeys({ hash: 'sha256', password: prepared(password), salt, iterations })
    return timingSafeEqual(given.storedKey, storedKey) ? jid : undefined
  }

  #jidOf(name: string): string | undefined {
    try {
      return this.#needs.accounts.jidOf(name)
    } catch {
      return undefined
    }
  }
}

// One that cannot be prepared is nobody's password, but must not be told apart by its haste.
function prepared(password: string): string {
  try {
    return preparePassword(password)
  } catch {
    return ''
  }
}

function decoyAccount(jid: string, secret: Uint8Array): Account {
  return { jid, keys: { sha1: decoyKeys('sha1', jid, secret), sha256: decoyKeys('sha256', jid, secret) } }
}

function decoyKeys(hash: ScramHash, jid: string, secret: Uint8Array): ScramKeys {
  const part = (purpose: string) => createHmac(hash, secret).update(`${purpose} ${hash} ${jid}`).digest()
  return {
    salt: part('salt').subarray(0, SCRAM_SALT_BYTES),
    iterations: SCRAM_ITERATIONS,
    storedKey: part('stored key'),
    serverKey: part('server key'),
  }
}

import { randomUUID } from 'node:crypto'
import type { ChatAccount } from './chat-server.ts'
import { registerAccount } from './register-account.ts'

/** Registers an account, with a name of its own unless one is given. */
export async function newAccount(
  websocketUrl: string,
  domain: string,
  given: Partial<ChatAccount> = {},
): Promise<ChatAccount> {
  const username = given.username ?? `u${randomUUID().slice(0, 8)}`
  const account = { password: 'correct horse', ...given, username, jid: `${username}@${domain}` }
  await registerAccount(websocketUrl, domain, account)
  return account
}

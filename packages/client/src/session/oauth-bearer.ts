import { byteString } from './byte-string.ts'
import { saslName } from './scram.ts'

/** OAUTHBEARER (RFC 7628), for the account's own bare JID: the password is the token. */
export class OAuthBearer {
  readonly name = 'OAUTHBEARER'
  readonly #domain: string
  #refused = false

  constructor(domain: string) {
    this.#domain = domain
  }

  response({ username, password }: { username: string; password: string }): string {
    // §3.2.3: the server has said why it refuses, and fails only once that was answered by a dummy.
    if (this.#refused) return '\x01'
    const authzid = saslName(`${username}@${this.#domain}`)
    return byteString(new TextEncoder().encode(`n,a=${authzid},\x01auth=Bearer ${password}\x01\x01`))
  }

  challenge(): void {
    this.#refused = true
  }
}

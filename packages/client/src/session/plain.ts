import { byteString } from './byte-string.ts'

/** PLAIN (RFC 4616) in UTF-8, for @xmpp/client's SASL factory: its own sends Latin-1, or throws. */
export class Plain {
  readonly name = 'PLAIN'
  readonly clientFirst = true

  response({ username, password }: { username: string; password: string }): string {
    return byteString(new TextEncoder().encode(`\0${username}\0${password}`))
  }

  /** RFC 4616 §2: the server says nothing but its verdict. */
  challenge(): void {}
}

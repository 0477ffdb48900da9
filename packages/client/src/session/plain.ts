import { byteString } from './byte-string.ts'

/** PLAIN (RFC 4616). */
export class Plain {
  readonly name = 'PLAIN'

  response({ username, password }: { username: string; password: string }): string {
    return byteString(new TextEncoder().encode(`\0${username}\0${password}`))
  }

  /** RFC 4616 §2: the server says nothing but its verdict. */
  challenge(): void {}
}

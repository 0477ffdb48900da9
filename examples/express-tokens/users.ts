import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, Buffer>(scrypt)
const SESSION_MS = 8 * 3_600_000

interface User {
  readonly salt: Buffer
  readonly hash: Buffer
}

/** The app's own users and their logins: what your app has already. These are gone with the process. */
export class Users {
  readonly #users = new Map<string, User>()
  readonly #sessions = new Map<string, { readonly name: string; readonly endsAt: number }>()

  async add(name: string, password: string): Promise<void> {
    const salt = randomBytes(16)
    this.#users.set(name, { salt, hash: await derive(password, salt, 32) })
  }

  /** The id of a new session; undefined when name or password is wrong. */
  async logIn(name: string, password: string): Promise<string | undefined> {
    const user = this.#users.get(name)
    // A name that nobody has takes as long.
    const hash = await derive(password, user?.salt ?? randomBytes(16), 32)
    if (!user || !timingSafeEqual(hash, user.hash)) return undefined
    const id = randomUUID()
    this.#sessions.set(id, { name, endsAt: Date.now() + SESSION_MS })
    return id
  }

  logOut(session: string): void {
    this.#sessions.delete(session)
  }

  /** Who is logged in by this session. */
  of(session: string): string | undefined {
    const held = this.#sessions.get(session)
    if (held && held.endsAt > Date.now()) return held.name
    this.#sessions.delete(session)
    return undefined
  }
}

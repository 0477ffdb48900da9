import type { Client } from '../client.ts'

/** One of something for each client, as long as the client is there. */
export function ofClient<T>(make: (client: Client) => T): (client: Client) => T {
  const held = new WeakMap<Client, T>()
  return (client) => {
    const known = held.get(client)
    if (known !== undefined) return known
    const made = make(client)
    held.set(client, made)
    return made
  }
}

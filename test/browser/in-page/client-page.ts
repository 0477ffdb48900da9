import { createClient, type Message, type StorageTrouble } from '@sluice/client'

/**
 * A page as apps are: it logs in when it is loaded, as `?user` at `?gateway`, and has nothing but its store from before.
 */
const query = new URLSearchParams(location.search)
const client = createClient({ serverUrl: query.get('gateway') ?? '', domain: 'localhost' })
const messages: Message[] = []
const troubles: StorageTrouble[] = []
const percents: Record<string, number[]> = {}

client.on('message', (message) => messages.push(message))
client.on('storage', (trouble) => troubles.push(trouble))
for (const event of ['upload', 'download'] as const)
  client.on(event, ({ msgId, progress }) => {
    percents[msgId] = [...(percents[msgId] ?? []), progress]
  })

const online = client.connect({ username: query.get('user') ?? '', password: 'correct horse' })

const page = {
  client,
  messages,
  troubles,
  percents,
  online,
  /** Pseudo-random bytes that are quick to make; `seed` tells files apart. */
  file(size: number, seed = 1): File {
    const block = new Uint8Array(1024 * 1024)
    for (let index = 0; index < block.length; index += 65536)
      crypto.getRandomValues(block.subarray(index, index + 65536))
    block[0] = seed
    return new File(Array(size / block.length).fill(block), `file-${seed}.bin`)
  },
  /** What can be told of a transfer. */
  told(id: string) {
    const transfer = client.media.get(id)
    return transfer && { state: transfer.state, ...transfer.progress }
  },
  async outcome(id: string): Promise<{ code?: string; statusCode?: number; ok?: true }> {
    const done: Promise<unknown> = client.media.get(id)?.done ?? Promise.reject(new Error('unknown'))
    return done.then(
      () => ({ ok: true as const }),
      ({ code, statusCode }) => ({ code, statusCode }),
    )
  },
  async sha256(blob: Blob): Promise<string> {
    const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  },
}

export type ClientPage = typeof page

Object.assign(globalThis, { page })

import { z } from 'zod'

const newsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('presence'), origin: z.string(), full: z.string() }),
  z.object({
    kind: z.literal('contact'),
    account: z.string(),
    jid: z.string(),
    push: z.boolean(),
    stanzas: z.array(z.enum(['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed'])).readonly(),
    presence: z.enum(['show', 'hide']).optional(),
  }),
  z.object({
    kind: z.literal('copy'),
    origin: z.string(),
    account: z.string(),
    id: z.string(),
    way: z.enum(['sent', 'received']),
  }),
])

/** What one node tells the others, as the payload of a NOTIFY: JSON below 8,000 bytes. */
const schema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stop'), from: z.string(), node: z.string(), uploadId: z.string() }),
  z.object({
    type: z.literal('change'),
    from: z.string(),
    kind: z.enum(['progress', 'state']),
    uploadIds: z.array(z.string()),
  }),
  z.object({ type: z.literal('mail'), from: z.string(), bareJid: z.string() }),
  z.object({ type: z.literal('news'), from: z.string(), news: newsSchema }),
])

export type NodeSignal = z.infer<typeof schema>

/** Upload ids that fit into one signal: 39 bytes each as JSON. */
export const IDS_PER_SIGNAL = 150

/** Undefined for what is none of ours, e.g. from a later version. */
export function parseNodeSignal(payload: string): NodeSignal | undefined {
  try {
    return schema.safeParse(JSON.parse(payload)).data
  } catch {
    return undefined
  }
}

import { z } from 'zod'

/** What an operator asks of a gateway, also over its control socket. */
export const adminCommand = z.discriminatedUnion('name', [
  z.object({ name: z.literal('account add'), account: z.string(), password: z.string() }),
  z.object({ name: z.literal('account list') }),
  z.object({ name: z.literal('account remove'), account: z.string() }),
  z.object({ name: z.literal('token'), jid: z.string() }),
  z.object({ name: z.literal('gc'), dryRun: z.boolean() }),
  z.object({ name: z.literal('verify') }),
])

export type AdminCommand = z.infer<typeof adminCommand>

import { Refusal } from '@sluice/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bodyLength } from './body-length.ts'
import type { HttpNeeds } from './http-needs.ts'
import { leaveBodiesUnread } from './unread-bodies.ts'

/**
 * The plain PUT of XEP-0363 §7. The token is part of the address, as many clients leave out the headers of a slot; the
 * name in it is for people. The type that counts is the one that the slot was asked for with.
 */
export function addSlotRoutes(app: FastifyInstance, { transfer }: Pick<HttpNeeds, 'transfer'>): void {
  const { tokens, receiveSlot } = transfer

  leaveBodiesUnread(app)

  app.put('/slots/:id/:name', async (request, reply) => {
    const mediaId = await tokens.verifyPut(tokenOf(request))
    const { id } = request.params as { id: string }
    if (id !== mediaId) throw new Refusal('forbidden')
    await receiveSlot.run({ mediaId, body: request.raw, length: bodyLength(request) })
    return reply.code(201).send()
  })
}

function tokenOf(request: FastifyRequest): string {
  const { token } = request.query as { token?: unknown }
  if (typeof token !== 'string') throw new Refusal('not-authorized')
  return token
}

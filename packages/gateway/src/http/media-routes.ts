import { Refusal } from '@sluice/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { HttpNeeds } from './http-needs.ts'
import { sendMedia } from './send-media.ts'

/**
 * Downloads. The link is the permission: its id cannot be guessed. The name in it is for people and
 * may be any; what the file is called and what it is comes from the ledger.
 */
export function addMediaRoutes(app: FastifyInstance, needs: HttpNeeds): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/media/:id/:name',
    handler: (request, reply) => sendMedia(needs, mediaIdOf(request), request, reply),
  })
}

function mediaIdOf(request: FastifyRequest): string {
  const { id } = request.params as { id: string }
  if (!/^[\w-]{1,64}$/.test(id)) throw new Refusal('media-not-found')
  return id
}

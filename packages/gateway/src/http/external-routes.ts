import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bodyLength } from './body-length.ts'
import type { HttpNeeds } from './http-needs.ts'
import { mediaTypeOf } from './media-type.ts'
import { sendMedia } from './send-media.ts'
import { leaveBodiesUnread } from './unread-bodies.ts'

/**
 * The upload backend of a chat server that gives the slots itself: PUT, and then GET and HEAD at the same address. Only
 * where a secret is shared with one; docs/upload-backend.md says how.
 */
export function addExternalRoutes(app: FastifyInstance, needs: Pick<HttpNeeds, 'transfer' | 'logger'>): void {
  const { externalSlots, receiveSlot } = needs.transfer
  if (!externalSlots) return

  leaveBodiesUnread(app)

  app.put('/external/*', async (request, reply) => {
    const path = pathOf(request)
    const { v, v2 } = request.query as { v?: unknown; v2?: unknown }
    const length = bodyLength(request)
    const given = await externalSlots.fileOf({
      path,
      bearer: /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1],
      v,
      v2,
      length,
      contentType: request.headers['content-type'],
    })
    const mediaType = mediaTypeOf(given.mediaType)
    const mediaId = externalSlots.mediaIdOf(path)
    await receiveSlot.run({ mediaId, body: request.raw, length, given: { ...given, mediaType } })
    return reply.code(201).send()
  })

  app.route({
    method: ['GET', 'HEAD'],
    url: '/external/*',
    handler: (request, reply) => sendMedia(needs, externalSlots.mediaIdOf(pathOf(request)), request, reply),
  })
}

/** What follows the base address, decoded: what the chat server's module signed. */
function pathOf(request: FastifyRequest): string {
  return (request.params as { '*': string })['*']
}

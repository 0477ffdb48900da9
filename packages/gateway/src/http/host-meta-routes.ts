import { element } from '@sluice/protocol'
import type { FastifyInstance } from 'fastify'
import type { HttpNeeds } from './http-needs.ts'

/** RFC 6415, XEP-0156: where XMPP clients find the WebSocket endpoint, as XRD and as JSON; nowhere without one. */
export function addHostMetaRoutes(
  app: FastifyInstance,
  { websocketUrl }: Pick<HttpNeeds, 'websocketUrl'>,
): void {
  if (websocketUrl === undefined) return
  const link = { rel: 'urn:xmpp:alt-connections:websocket', href: websocketUrl }
  const xrd = element('XRD', { xmlns: 'http://docs.oasis-open.org/ns/xri/xrd-1.0' }, element('Link', link))

  app.get('/.well-known/host-meta', { exposeHeadRoute: true }, async (_request, reply) =>
    reply.type('application/xrd+xml; charset=utf-8').send(`<?xml version="1.0" encoding="utf-8"?>\n${xrd}\n`),
  )
  app.get('/.well-known/host-meta.json', { exposeHeadRoute: true }, async (_request, reply) =>
    reply.send({ links: [link] }),
  )
}

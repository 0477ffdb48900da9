import { element } from '@sluice/protocol'
import type { FastifyInstance } from 'fastify'
import type { HttpNeeds } from './http-needs.ts'

/**
 * RFC 6415, XEP-0156: where XMPP clients find the WebSocket endpoint, as XRD and as JSON; nowhere without one. The
 * JSON also says of which domain the accounts are, and whether clients can make some.
 */
export function addHostMetaRoutes(
  app: FastifyInstance,
  { websocketUrl, accounts }: Pick<HttpNeeds, 'websocketUrl' | 'accounts'>,
): void {
  if (websocketUrl === undefined) return
  const link = { rel: 'urn:xmpp:alt-connections:websocket', href: websocketUrl }
  const properties = accounts && {
    'urn:sluice:accounts:domain': accounts.domain,
    'urn:sluice:accounts:registration': accounts.registration,
  }
  const xrd = element('XRD', { xmlns: 'http://docs.oasis-open.org/ns/xri/xrd-1.0' }, element('Link', link))

  app.get('/.well-known/host-meta', { exposeHeadRoute: true }, async (_request, reply) =>
    reply.type('application/xrd+xml; charset=utf-8').send(`<?xml version="1.0" encoding="utf-8"?>\n${xrd}\n`),
  )
  app.get('/.well-known/host-meta.json', { exposeHeadRoute: true }, async (_request, reply) =>
    reply.send({ links: [link], ...(properties && { properties }) }),
  )
}

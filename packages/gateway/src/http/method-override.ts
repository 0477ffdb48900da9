import { type IncomingMessage, METHODS } from 'node:http'
import { Refusal } from '@sluice/protocol'
import type { FastifyInstance } from 'fastify'

/**
 * tus 1.0.0 "X-HTTP-Method-Override": for clients that cannot send PATCH or DELETE. Only where tus is spoken:
 * elsewhere a forgotten proxy rule on methods should mean what it says.
 */
export function overrideMethod(request: IncomingMessage): void {
  const override = overrideOf(request)
  if (override !== undefined && METHODS.includes(override)) request.method = override
}

/** Refuses what {@link overrideMethod} could not obey: a client that asks for it must not get something else. */
export function addOverrideCheck(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => {
    const override = overrideOf(raw)
    if (override === undefined || override === raw.method) return
    const reason = `X-HTTP-Method-Override is ${JSON.stringify(override)}, which is no method`
    throw new Refusal('bad-request', { reason })
  })
}

function overrideOf({ headers, url = '' }: IncomingMessage): string | undefined {
  const override = headers['x-http-method-override']
  return typeof override === 'string' && /^\/uploads\/?/.test(url) ? override.toUpperCase() : undefined
}

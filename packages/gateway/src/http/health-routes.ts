import type { FastifyInstance } from 'fastify'
import type { HttpNeeds } from './http-needs.ts'

/** A dependency that has not answered by then is not ready. */
const READINESS_MS = 5_000

/**
 * `/healthz`: the process answers. `/readyz`: it can work, that is, everything it depends on answers too; 503
 * otherwise and while draining. What exactly failed goes to the log, not to whoever asks. How the link to the chat
 * server stands is told, and does not count: without it the bytes still flow, and a gateway taken out of service for a
 * chat server's sake would stop them.
 */
export function addHealthRoutes(
  app: FastifyInstance,
  { readiness, draining, link, logger }: Pick<HttpNeeds, 'readiness' | 'draining' | 'link' | 'logger'>,
): void {
  app.get('/healthz', { exposeHeadRoute: true }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ healthy: true }),
  )

  app.get('/readyz', { exposeHeadRoute: true }, async (_request, reply) => {
    const checks = await readiness(AbortSignal.timeout(READINESS_MS)).catch((err: unknown) => {
      logger.warn({ err }, 'readiness could not be told')
      return { gateway: false }
    })
    const ready = !draining() && Object.values(checks).every(Boolean)
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ ready, draining: draining(), checks, link: link?.() })
  })
}

import type { FastifyReply } from 'fastify'

/** Aborts when the client has gone, at the latest when its answer is out. */
export function responseSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  if (raw.destroyed) controller.abort()
  else raw.once('close', () => controller.abort())
  return controller.signal
}

import type { FastifyRequest } from 'fastify'

/** Bytes of the body, undefined when it is chunked. Node has refused a Content-Length that is no number before. */
export function bodyLength({ headers }: FastifyRequest): number | undefined {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : undefined
}

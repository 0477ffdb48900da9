import type { FastifyInstance } from 'fastify'

const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'If-Range',
  'Range',
  'Tus-Resumable',
  // Refused, but a browser's client that uses them should see the refusal.
  'Upload-Concat',
  'Upload-Defer-Length',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'X-HTTP-Method-Override',
  // tus-js-client's `addRequestId`
  'X-Request-ID',
  // uppy and others mark their requests so
  'X-Requested-With',
]

const EXPOSED_HEADERS = [
  'Accept-Ranges',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Location',
  'Retry-After',
  'Sluice-Refusal',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
]

/** What every answer says to the page that asked. */
export const CORS_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
}

/**
 * Lets a page of any origin use the gateway from a browser (Fetch §3.2). `*` gives nothing away: there are no
 * cookies, and whoever has the token or the link can fetch it without a browser as well. No credentials mode,
 * so `Authorization` is named: the wildcard does not cover it.
 */
export function addCors(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(CORS_HEADERS)
    if (request.method !== 'OPTIONS') return
    reply.headers({
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
      'access-control-allow-headers': ALLOWED_HEADERS.join(', '),
      // Chrome keeps a preflight for at most two hours.
      'access-control-max-age': '7200',
    })
  })
  app.options('*', async (_request, reply) => reply.code(204).send())
}

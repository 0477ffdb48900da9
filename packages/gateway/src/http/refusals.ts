import { Refusal, refusalJson } from '@sluice/protocol'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../transfer/logger.ts'

/** Seconds after which a refused request is worth another try. */
const RETRY_AFTER = { 'upload-busy': 1, other: 5 } as const

/** What a route may have said of the bytes that it now cannot give. */
const OF_THE_BYTES = [
  'accept-ranges',
  'content-disposition',
  'content-length',
  'content-range',
  'etag',
  'last-modified',
]

/** Every failure of a handler becomes an answer here; what is no refusal is logged here, once. */
export function addRefusals(app: FastifyInstance, { logger }: { logger: Logger }): void {
  app.setErrorHandler((error, request, reply) => sendRefusal(reply, asRefusal(error, request, logger)))
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type('text/plain; charset=utf-8').send('There is nothing at this address.\n'),
  )
}

/** The refusal that `error` is, or stands for. Anything unexpected is logged with its cause and not told. */
export function asRefusal(error: unknown, request: FastifyRequest, logger: Logger): Refusal {
  if (error instanceof Refusal) return error
  if (isRequestFault(error)) return faultOfRequest(error)
  const { method, routeOptions, socket } = request
  const fields = { err: error, method, route: routeOptions.url }
  // Nobody is left to be answered: a vanished client is the daily bread of an upload server, not a failure.
  if (socket.destroyed) logger.debug(fields, 'request ended with its connection')
  else logger.error(fields, 'request failed')
  return new Refusal('internal-error')
}

/** Answers with what the refusal says of itself: status, code, when to try again, and what its status obliges to. */
export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, type } = refusal.spelling
  const { code, details } = refusal
  for (const name of OF_THE_BYTES) reply.removeHeader(name)
  // HEAD has no body, so the code travels in a header too.
  reply.code(status).headers({ 'sluice-refusal': code, 'cache-control': 'no-store' })
  if (type === 'wait') reply.header('retry-after', retryAfter(refusal))
  // RFC 6750 §3
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="sluice"')
  if (code === 'offset-mismatch') reply.header('upload-offset', details.committed)
  if (code === 'tus-version') reply.header('tus-version', '1.0.0')
  if (code === 'range-not-satisfiable') reply.header('content-range', `bytes */${details.size}`)
  if (reply.request.method === 'HEAD') return reply.send()
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(refusalJson(refusal)))
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfter({ code, details }: Refusal): number | string {
  if (code === 'over-quota' && details.retryAt) return new Date(details.retryAt).toUTCString()
  return code === 'upload-busy' ? RETRY_AFTER[code] : RETRY_AFTER.other
}

/** What fastify refuses by itself: bodies that are too long, not JSON, of a type that nobody takes. */
function isRequestFault(error: unknown): error is FastifyError {
  if (!(error instanceof Error && 'code' in error && 'statusCode' in error)) return false
  const { code, statusCode } = error
  return (
    typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number' && statusCode < 500
  )
}

function faultOfRequest({ message, statusCode }: FastifyError): Refusal {
  if (statusCode === 415) return new Refusal('content-type', { expected: 'application/json' })
  return new Refusal('bad-request', { reason: message })
}

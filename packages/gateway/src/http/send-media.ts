import { Readable } from 'node:stream'
import { Refusal } from '@sluice/protocol'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { OpenMedia } from '../transfer/open-media.ts'
import { type ByteRange, readRange } from './byte-range.ts'
import type { HttpNeeds } from './http-needs.ts'
import { isShowable, mediaTypeOf } from './media-type.ts'
import { checkPreconditions } from './preconditions.ts'
import { responseSignal } from './response-signal.ts'

/** Answers a GET or HEAD of a complete media (RFC 9110 §14). */
export async function sendMedia(
  { transfer, logger }: Pick<HttpNeeds, 'transfer' | 'logger'>,
  mediaId: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const media = await transfer.downloadMedia.open({ mediaId })
  const met = checkPreconditions(request.headers, media)
  reply.headers(validatorHeaders(media))
  if (met === 'failed') return reply.code(412).header('cache-control', 'no-store').send()
  if (met === 'unchanged') return reply.code(304).send()

  // §14.2: a Range is defined for GET only.
  const ranged = request.method === 'GET' && met.range
  const range = ranged ? readRange(request.headers.range, media.size) : 'whole'
  if (range === 'unsatisfiable') {
    throw new Refusal('range-not-satisfiable', { size: media.size })
  }
  const { start, stop } = range === 'whole' ? { start: 0, stop: media.size } : range
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${start}-${stop - 1}/${media.size}`)
  reply.headers({ ...representationHeaders(media), 'content-length': stop - start })
  if (request.method === 'HEAD' || start === stop) return reply.send()
  return reply.send(Readable.from(bytes(media, { start, stop }), { objectMode: false }))

  /** fastify pipes this under backpressure and breaks the connection off when it fails in mid-stream. */
  async function* bytes(media: OpenMedia, { start, stop }: ByteRange) {
    const signal = responseSignal(reply)
    try {
      yield* media.read(start, stop, signal)
    } catch (error) {
      // Before the first byte the error still becomes an answer, and is logged there.
      if (reply.raw.headersSent && !signal.aborted) logger.error({ err: error }, 'download broken off')
      throw error
    }
  }
}

function validatorHeaders({ etag, modifiedAt }: OpenMedia): Record<string, string> {
  return {
    etag,
    'last-modified': modifiedAt.toUTCString(),
    // The bytes never change, but their owner may take them back: caches may keep them for a day, not for ever.
    'cache-control': 'private, max-age=86400, immutable',
  }
}

function representationHeaders({ name, mediaType }: OpenMedia): Record<string, string> {
  const type = isShowable(mediaType) ? 'inline' : 'attachment'
  return {
    'accept-ranges': 'bytes',
    'content-type': mediaTypeOf(mediaType),
    'content-disposition': contentDisposition(name, { type }),
    // Whatever is in a file that somebody sent: nothing of it may run under the gateway's origin.
    'content-security-policy': "default-src 'none'; sandbox",
    // Pages that isolate themselves (COEP) may still show what their user was sent.
    'cross-origin-resource-policy': 'cross-origin',
  }
}

import { Refusal, type Slot, type UploadStatus } from '@sluice/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SettledStatus } from '../transfer/inspect-upload.ts'
import { authorise } from './authorisation.ts'
import { bodyLength } from './body-length.ts'
import type { HttpNeeds } from './http-needs.ts'
import { asRefusal } from './refusals.ts'
import { responseSignal } from './response-signal.ts'
import { leaveBodiesUnread } from './unread-bodies.ts'
import { uploadIdOf } from './upload-id.ts'
import { readUploadMetadata } from './upload-metadata.ts'
import { wholeNumber } from './whole-number.ts'

const VERSION = '1.0.0'
const EXTENSIONS = 'creation,creation-with-upload,expiration,termination'
const OFFSET_STREAM = 'application/offset+octet-stream'

/** tus 1.0.0 (https://tus.io/protocols/resumable-upload): core and the extensions above. */
export function addTusRoutes(app: FastifyInstance, { transfer, limits, logger, draining }: HttpNeeds): void {
  const { tokens, createUpload, receiveUpload, inspectUpload, discardUpload, deleteMedia } = transfer

  leaveBodiesUnread(app)

  app.addHook('onRequest', async (request, reply) => {
    reply.header('tus-resumable', VERSION)
    if (request.method !== 'OPTIONS' && request.headers['tus-resumable'] !== VERSION) {
      throw new Refusal('tus-version')
    }
  })

  for (const url of ['/uploads', '/uploads/:id']) {
    app.options(url, async (_request, reply) =>
      reply
        .code(204)
        .headers({
          'tus-version': VERSION,
          'tus-extension': EXTENSIONS,
          'tus-max-size': limits.maxUploadBytes,
        })
        .send(),
    )
  }

  app.post('/uploads', async (request, reply) => {
    const principal = await authorise(request, tokens)
    if (principal.grant !== undefined) throw new Refusal('forbidden')
    const size = lengthOf(request)
    const tusMetadata = header(request, 'upload-metadata')
    const metadata = readUploadMetadata(tusMetadata)
    const length = bodyLength(request)
    if (length !== 0) checkOffsetStream(request)
    if (length !== undefined && length > size) throw new Refusal('body-too-long')

    const slot = await createUpload.run({ principal, ...metadata, size, tusMetadata })
    // Also on a refusal of the body: the upload is there, and a client can go on with it.
    reply.header('location', slot.uploadUrl)
    // tus asks for no body; who uploads by hand wants the link to give away.
    const link = `${slot.getUrl}\n`
    if (length === 0) return reply.code(201).headers(expiry(slot)).send(link)
    const { uploadId } = slot
    const status = await receiveUpload.run({ principal, uploadId, offset: 0, body: request.raw, length })
    return reply
      .code(201)
      .headers({ 'upload-offset': status.committed, ...expiry(status) })
      .send(link)
  })

  app.head('/uploads/:id', async (request, reply) => {
    const status = await settled(request, reply).catch((error: unknown) => {
      const refusal = asRefusal(error, request, logger)
      // tus-js-client takes any other failure of HEAD for the end of the upload and starts again from byte 0.
      throw refusal.spelling.status >= 500 ? new Refusal('upload-busy') : refusal
    })
    return reply
      .code(200)
      .headers({
        'upload-offset': status.committed,
        'upload-length': status.size,
        'cache-control': 'no-store',
        // tus Creation: as it was given.
        ...(status.tusMetadata && { 'upload-metadata': status.tusMetadata }),
        ...expiry(status),
      })
      .send()
  })

  async function settled(request: FastifyRequest, reply: FastifyReply): Promise<SettledStatus> {
    if (draining()) throw new Refusal('upload-busy')
    const principal = await authorise(request, tokens)
    return inspectUpload.settle({ principal, uploadId: uploadIdOf(request), signal: responseSignal(reply) })
  }

  app.patch('/uploads/:id', async (request, reply) => {
    const principal = await authorise(request, tokens)
    const uploadId = uploadIdOf(request)
    checkOffsetStream(request)
    const offset = offsetOf(request)
    // No signal: the end of its body is what a writer needs to know of its client, and it keeps what came.
    const status = await receiveUpload.run({
      principal,
      uploadId,
      offset,
      body: request.raw,
      length: bodyLength(request),
    })
    return reply
      .code(204)
      .headers({ 'upload-offset': status.committed, ...expiry(status) })
      .send()
  })

  app.delete('/uploads/:id', async (request, reply) => {
    const principal = await authorise(request, tokens)
    const wish = { principal, uploadId: uploadIdOf(request) }
    await discardUpload.run(wish).catch(async (error: unknown) => {
      const complete = error instanceof Refusal && error.code === 'upload-complete'
      // tus ends completed uploads too. Only their owner does that, and a slot's token is for writing. (I5)
      if (!complete || principal.grant !== undefined) throw error
      await deleteMedia.ofUpload(wish)
    })
    return reply.code(204).send()
  })
}

function lengthOf(request: FastifyRequest): number {
  for (const name of ['upload-defer-length', 'upload-concat']) {
    if (request.headers[name] !== undefined) {
      throw new Refusal('bad-request', { reason: `${name} is not supported` })
    }
  }
  const size = wholeNumber(header(request, 'upload-length') ?? '')
  if (size === undefined) throw new Refusal('bad-size')
  return size
}

function offsetOf(request: FastifyRequest): number {
  const offset = wholeNumber(header(request, 'upload-offset') ?? '')
  if (offset === undefined)
    throw new Refusal('bad-request', { reason: 'Upload-Offset is not a whole number' })
  return offset
}

function checkOffsetStream(request: FastifyRequest): void {
  if (header(request, 'content-type')?.toLowerCase() !== OFFSET_STREAM) {
    throw new Refusal('content-type', { expected: OFFSET_STREAM })
  }
}

// Node joins a header that came several times with commas, which no number and no media type survives.
function header(request: FastifyRequest, name: string): string | undefined {
  return request.headers[name]?.toString()
}

const FINISHED: ReadonlySet<string> = new Set(['complete', 'deleted', 'discarded', 'expired'])

/** tus Expiration: RFC 9110 §5.6.7 date, as long as the upload is unfinished. */
function expiry({ state, expiresAt }: Slot | UploadStatus): { 'upload-expires'?: string } {
  return FINISHED.has(state) ? {} : { 'upload-expires': expiresAt.toUTCString() }
}

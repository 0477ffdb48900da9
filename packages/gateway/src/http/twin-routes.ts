import { prepareJid, Refusal, slotJson, statusJson } from '@sluice/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Principal } from '../transfer/principal.ts'
import { authorise } from './authorisation.ts'
import type { HttpNeeds } from './http-needs.ts'
import { uploadIdOf } from './upload-id.ts'

/**
 * The HTTP twins of the stanzas about one upload, so that no outcome depends on a stanza getting through.
 * `claim` and `sent` need the body `{"device": "<full JID>"}`, `resume` may have it; `hash` needs `{"sha256": "<hex>"}`.
 */
export function addTwinRoutes(app: FastifyInstance, { transfer }: Pick<HttpNeeds, 'transfer'>): void {
  const { tokens, cancelUpload, resumeUpload, discardUpload, handOverHash } = transfer
  const { inspectUpload, claimMessage, confirmSent } = transfer

  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })

  takeJsonOrNothing(app)

  async function target(request: FastifyRequest) {
    return { principal: await authorise(request, tokens), uploadId: uploadIdOf(request) }
  }

  app.get('/uploads/:id/state', { exposeHeadRoute: true }, async (request) =>
    statusJson(await inspectUpload.status(await target(request))),
  )

  app.post('/uploads/:id/cancel', async (request) =>
    statusJson(await cancelUpload.run(await target(request))),
  )

  app.post('/uploads/:id/discard', async (request) =>
    statusJson(await discardUpload.run(await target(request))),
  )

  app.post('/uploads/:id/resume', async (request) => {
    const { principal, uploadId } = await target(request)
    return slotJson(await resumeUpload.run({ principal, uploadId, device: deviceOf(request, principal) }))
  })

  app.post('/uploads/:id/hash', async (request) =>
    statusJson(await handOverHash.run({ ...(await target(request)), sha256: sha256Of(request) })),
  )

  app.post('/uploads/:id/claim', async (request, reply) => {
    const { principal, uploadId } = await target(request)
    await claimMessage.run({ principal, uploadId, device: deviceNeeded(request, principal) })
    return reply.code(204).send()
  })

  app.post('/uploads/:id/sent', async (request, reply) => {
    const { principal, uploadId } = await target(request)
    await confirmSent.run({ principal, uploadId, device: deviceNeeded(request, principal) })
    return reply.code(204).send()
  })
}

/** What comes without a body may say anything of its type: many clients name one on every POST. */
function takeJsonOrNothing(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(body.length === 0 ? null : new Refusal('content-type', { expected: 'application/json' }))
  })
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null)
    else void parseJson(request, body.toString(), done)
  })
}

/** The device in the body. A stanza's `from` is stamped by a server; here the token vouches for the account. */
function deviceOf({ body }: FastifyRequest, { owner }: Principal): string | undefined {
  const device = typeof body === 'object' && body !== null && 'device' in body ? body.device : undefined
  if (device === undefined) return undefined
  if (typeof device !== 'string') throw new Refusal('bad-request', { reason: 'device is not a string' })
  const jid = prepareJid(device)
  if (jid.resource === undefined) throw new Refusal('bad-jid', { reason: 'device is not a full JID' })
  if (jid.bare !== owner) throw new Refusal('forbidden')
  return jid.full
}

function sha256Of({ body }: FastifyRequest): string {
  const sha256 = typeof body === 'object' && body !== null && 'sha256' in body ? body.sha256 : undefined
  if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)) return sha256
  throw new Refusal('bad-request', { reason: 'sha256 is not a SHA-256 in lowercase hex' })
}

function deviceNeeded(request: FastifyRequest, principal: Principal): string {
  const device = deviceOf(request, principal)
  if (device === undefined) throw new Refusal('bad-request', { reason: 'device is missing' })
  return device
}

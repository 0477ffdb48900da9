import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { acceptedCoding, acceptsByName } from './accepts.ts'
import type { HttpNeeds } from './http-needs.ts'
import type { PageFile } from './page-files.ts'
import { checkPreconditions } from './preconditions.ts'

/** The page that browsers get, and whom it talks to. */
export interface WebPage {
  readonly files: ReadonlyMap<string, PageFile>
  /** Origins beside its own that it fetches from and connects to. */
  readonly origins: readonly string[]
}

/**
 * `/` is the page to whoever asks for HTML by name, as browsers do, and text to curl and all others. The page's other
 * files are where it looks for them; each has a route of its own, so no name can lead elsewhere.
 */
export function addPageRoutes(app: FastifyInstance, { page, web }: Pick<HttpNeeds, 'page' | 'web'>): void {
  const headers = web && pageHeaders(web)
  const index = web?.files.get('index.html')

  app.get('/', { exposeHeadRoute: true }, async (request, reply) => {
    if (index && headers) reply.header('vary', 'Accept')
    if (index && headers && acceptsByName(request.headers.accept, 'text/html'))
      return sendFile(index, request, reply.headers(headers))
    return reply.type('text/plain; charset=utf-8').send(page)
  })

  if (!web || !headers) return
  for (const [name, file] of web.files) {
    if (file === index) continue
    app.get(`/${name}`, { exposeHeadRoute: true }, async (request, reply) =>
      sendFile(file, request, reply.headers(headers)),
    )
  }
}

function sendFile(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const coding = acceptedCoding(request.headers['accept-encoding'], ['br', 'gzip']) ?? 'identity'
  const encoding = file.variants.has(coding) ? coding : 'identity'
  const variant = file.variants.get(encoding)
  if (!variant) throw new Error('a file of the page is not there as it is')
  const vary = [reply.getHeader('vary'), 'Accept-Encoding'].filter(Boolean).join(', ')
  reply.type(file.type).headers({
    vary,
    etag: variant.etag,
    'cache-control': file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  })
  const outcome = checkPreconditions(request.headers, { etag: variant.etag, modifiedAt: NEVER })
  if (outcome === 'failed') return reply.code(412).send()
  if (outcome === 'unchanged') return reply.code(304).send()
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.send(variant.bytes)
}

/** Preconditions by date hold against nothing: the page goes by its ETag. */
const NEVER = new Date(8.64e15)

function pageHeaders({ origins }: WebPage): Readonly<Record<string, string>> {
  const from = (...sources: string[]) => sources.join(' ')
  const http = origins.filter((origin) => origin.startsWith('http'))
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    // Thumbnails come within messages, as data.
    'img-src': from("'self'", 'blob:', 'data:', ...http),
    'media-src': from("'self'", 'blob:', ...http),
    'connect-src': from("'self'", ...origins),
    'worker-src': "'self'",
    'frame-ancestors': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
  }
  return {
    'content-security-policy': Object.entries(policy)
      .map((directive) => directive.join(' '))
      .join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  }
}

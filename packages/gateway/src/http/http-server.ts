import { Refusal } from '@sluice/protocol'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { BrokenRequests } from './broken-requests.ts'
import { addCors, CORS_HEADERS } from './cors.ts'
import { addExternalRoutes } from './external-routes.ts'
import { addHealthRoutes } from './health-routes.ts'
import { addHostMetaRoutes } from './host-meta-routes.ts'
import type { HttpNeeds } from './http-needs.ts'
import { addMediaRoutes } from './media-routes.ts'
import { addOverrideCheck } from './method-override.ts'
import { createNodeServer } from './node-server.ts'
import { addPageRoutes } from './page-routes.ts'
import { addPoliteClose } from './polite-close.ts'
import { addRefusals, sendRefusal } from './refusals.ts'
import { addSlotRoutes } from './slot-routes.ts'
import { addTourRoutes } from './tour-routes.ts'
import { addTusRoutes } from './tus-routes.ts'
import { addTwinRoutes } from './twin-routes.ts'
import { addWrongMethods, knownMethods } from './wrong-methods.ts'

/** The twins' bodies: one full JID. */
const MAX_JSON_BYTES = 8 * 1024

const NO_SNIFFING = { 'x-content-type-options': 'nosniff' }

/**
 * The gateway's HTTP side, not listening yet. Its `server` is the bare `http.Server`, for the WebSocket endpoint
 * to take its upgrades from. `close` ends idle connections and waits for the busy ones: drain the writers first.
 */
export function buildHttpServer(needs: HttpNeeds): FastifyInstance {
  const broken = new BrokenRequests()
  const app = Fastify({
    serverFactory: (route) => createNodeServer(route, broken),
    clientErrorHandler: (error, socket) => broken.answer(error, socket),
    bodyLimit: MAX_JSON_BYTES,
    // GET and HEAD differ in what Range means, so a HEAD is made from a GET only where that is wished.
    exposeHeadRoutes: false,
    // While closing, HEAD of an upload must be 423 and not 503: see tus-routes.ts.
    return503OnClosing: false,
    // A file name of 255 characters is up to 3060 long in a URL.
    routerOptions: { maxParamLength: 4096, ignoreTrailingSlash: true },
    // Addresses that cannot be decoded never reach a route, nor a hook.
    frameworkErrors: (error, _request, reply) => {
      reply.headers({ ...NO_SNIFFING, ...CORS_HEADERS })
      sendRefusal(reply as unknown as FastifyReply, new Refusal('bad-request', { reason: error.message }))
    },
  })
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(NO_SNIFFING)
  })
  addCors(app)
  addPoliteClose(app, needs)
  addRefusals(app, needs)
  addOverrideCheck(app)
  const known = knownMethods(app)

  addPageRoutes(app, needs)
  addHealthRoutes(app, needs)
  addHostMetaRoutes(app, needs)
  addMediaRoutes(app, needs)
  app.register(async (scope) => addTusRoutes(scope, needs))
  app.register(async (scope) => addTwinRoutes(scope, needs))
  app.register(async (scope) => addSlotRoutes(scope, needs))
  app.register(async (scope) => addExternalRoutes(scope, needs))
  app.register(async (scope) => addTourRoutes(scope, needs))
  app.register(async (scope) => addWrongMethods(scope, known))
  return app
}

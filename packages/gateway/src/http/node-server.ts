import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { BrokenRequests } from './broken-requests.ts'
import { overrideMethod } from './method-override.ts'
import { UpgradableRequest } from './upgradable-request.ts'

/** A client that neither sends nor takes a byte for this long, while it is its turn, is cut off. */
const STALLED_MS = 120_000

/**
 * The bare HTTP server below fastify. It does what has to happen before a request is routed: it gives `100
 * Continue` no sooner than the body is wanted, obeys tus' method override, and cuts off stalled clients.
 */
export function createNodeServer(route: RequestListener, broken: BrokenRequests): Server {
  const server = createServer(
    {
      IncomingMessage: UpgradableRequest,
      // A slow upload is as good as a fast one: a body may take for ever, as long as it moves. (Node: 300 s)
      requestTimeout: 0,
      headersTimeout: 20_000,
      // Longer than the 60 s of common load balancers, so that they and not we close an idle connection.
      keepAliveTimeout: 72_000,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => accept(request, response),
  )
  server.timeout = STALLED_MS
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    continueOnceRead(request, response)
    accept(request, response)
  })
  return server

  function accept(request: IncomingMessage, response: ServerResponse): void {
    broken.began(response)
    overrideMethod(request)
    // With the request in and the answer not begun it is our turn, not the client's, however long that takes.
    response.on('timeout', () => {
      if (!request.complete || response.headersSent) request.socket.destroy()
    })
    route(request, response)
  }
}

/**
 * RFC 9110 §10.1.1: a client that waits for `100 Continue` learns of a refusal before it sends its body. Every
 * way of reading a stream goes through `_read`, so this is the moment at which somebody wants the body.
 */
function continueOnceRead(request: IncomingMessage, response: ServerResponse): void {
  const read = request._read
  request._read = (size) => {
    request._read = read
    if (!response.headersSent) response.writeContinue()
    read.call(request, size)
  }
}

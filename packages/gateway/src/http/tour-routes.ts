import type { IncomingMessage } from 'node:http'
import { Refusal } from '@sluice/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { TOUR_PEOPLE, type TourControl, type TourPerson } from '../tour/tour-control.ts'
import type { HttpNeeds } from './http-needs.ts'

/** What a person at this machine, and nobody else, may ask for, from the gateway's own page. */
export function addTourRoutes(app: FastifyInstance, { tour, web }: Pick<HttpNeeds, 'tour' | 'web'>): void {
  if (!web) return

  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })

  app.get('/tour', { exposeHeadRoute: true }, async (request) =>
    tour && isOwnPage(request.raw) ? stateOf(tour) : { available: false },
  )

  if (!tour) return
  app.removeContentTypeParser('text/plain')
  app.addHook('onRequest', async ({ raw, method }, reply) => {
    if (method !== 'POST' || isOwnPage(raw)) return
    await reply
      .code(403)
      .type('text/plain; charset=utf-8')
      .send('Only the page of this machine may do that.\n')
  })

  app.post('/tour/networks/:person', async (request) => {
    change(tour.networks[personOf(request)], request.body)
    return stateOf(tour)
  })

  app.post('/tour/restart', async (request, reply) => {
    asRecord(request.body)
    reply.raw.once('finish', () => tour.restart())
    return reply.code(202).send(stateOf(tour))
  })
}

/**
 * Whether the request comes from this machine, by this machine's name and from the gateway's own page: not over the
 * network, not through a proxy, not by a foreign name that leads here (DNS rebinding), not from another site's page.
 */
function isOwnPage({ headers, method, socket }: IncomingMessage): boolean {
  const { host = '', origin, 'sec-fetch-site': site } = headers
  if (!isLoopbackAddress(socket.remoteAddress ?? '') || !isLoopbackName(host)) return false
  if (['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => name in headers)) return false
  if (site !== undefined && site !== 'same-origin') return false
  // Browsers name the origin with every POST, but not with a GET to it.
  if (origin === undefined) return method !== 'POST'
  return origin === `http://${host}`
}

function isLoopbackAddress(address: string): boolean {
  return /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address)
}

function isLoopbackName(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host)
}

function personOf(request: FastifyRequest): TourPerson {
  const { person } = request.params as { person: string }
  const found = TOUR_PEOPLE.find((name) => name === person)
  if (!found) throw new Refusal('bad-request', { reason: `the tour has ${TOUR_PEOPLE.join(' and ')}` })
  return found
}

function change(network: TourControl['networks'][TourPerson], body: unknown): void {
  const { bytesPerSecond, connected } = asRecord(body)
  if (bytesPerSecond !== undefined && bytesPerSecond !== null && !isSpeed(bytesPerSecond))
    throw new Refusal('bad-request', { reason: 'bytesPerSecond is a number from 1000 on, or null' })
  if (connected !== undefined && typeof connected !== 'boolean')
    throw new Refusal('bad-request', { reason: 'connected is true or false' })
  if (bytesPerSecond !== undefined) network.throttle(bytesPerSecond ?? undefined)
  if (connected === true) network.restore()
  if (connected === false) network.cut()
}

function isSpeed(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 1000
}

function asRecord(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  throw new Refusal('bad-request', { reason: 'the body is no JSON object' })
}

function stateOf({ gateway, networks, starts }: TourControl) {
  const state = ({ url, connected, bytesPerSecond, carried }: TourControl['networks'][TourPerson]) => ({
    url,
    connected,
    bytesPerSecond: bytesPerSecond ?? null,
    carried,
  })
  return {
    available: true,
    starts,
    gateway,
    networks: { alice: state(networks.alice), bob: state(networks.bob) },
  }
}

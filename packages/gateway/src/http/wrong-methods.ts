import type { FastifyInstance } from 'fastify'
import { leaveBodiesUnread } from './unread-bodies.ts'

/** The methods of each address that gets a route from now on. */
export function knownMethods(app: FastifyInstance): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = known.get(url) ?? new Set(['OPTIONS'])
    for (const name of [method].flat()) methods.add(name)
    known.set(url, methods)
  })
  return known
}

/** Answers 405 and what an address takes to the methods that it does not take (RFC 9110 §15.5.6). */
export function addWrongMethods(app: FastifyInstance, known: ReadonlyMap<string, ReadonlySet<string>>): void {
  leaveBodiesUnread(app)
  for (const [url, methods] of [...known]) {
    if (url === '*') continue
    const allow = [...methods].join(', ')
    app.route({
      method: app.supportedMethods.filter((name) => !methods.has(name)),
      url,
      handler: async (_request, reply) =>
        reply
          .code(405)
          .header('allow', allow)
          .type('text/plain; charset=utf-8')
          .send(`This address takes ${allow}.\n`),
    })
  }
}

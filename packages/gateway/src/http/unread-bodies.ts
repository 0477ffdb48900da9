import type { FastifyInstance } from 'fastify'

/** A body stays in the socket until somebody reads it from there, whatever it says it is. */
export function leaveBodiesUnread(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
}

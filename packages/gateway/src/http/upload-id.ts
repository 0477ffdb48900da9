import { Refusal } from '@sluice/protocol'
import type { FastifyRequest } from 'fastify'

/** The `:id` of an upload's address. Throws `upload-not-found` for what cannot be one. */
export function uploadIdOf(request: FastifyRequest): string {
  const { id } = request.params as { id: string }
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new Refusal('upload-not-found')
  return id
}

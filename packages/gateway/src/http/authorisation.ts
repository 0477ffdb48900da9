import { Refusal } from '@sluice/protocol'
import type { FastifyRequest } from 'fastify'
import type { Principal } from '../transfer/principal.ts'
import type { HttpTransfer } from './http-needs.ts'

/**
 * Who asks, by the token of a slot, an account or a login in `Authorization: Bearer` (RFC 6750 §2.1). Throws
 * `not-authorized`.
 */
export async function authorise(request: FastifyRequest, tokens: HttpTransfer['tokens']): Promise<Principal> {
  const token = /^Bearer +([\w\-.~+/]+=*)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new Refusal('not-authorized')
  return tokens.verify(token)
}

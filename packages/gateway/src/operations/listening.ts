import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { OperatorError } from './operator-error.ts'

/** Milliseconds that requests under way get to finish. */
const FAREWELL_MS = 5_000

/**
 * A port that nobody listens on now. Chosen before the server is built, because what it answers holds its address.
 * @throws {OperatorError} when the host cannot be had.
 */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw notListening(`${host}:0`, cause)
  }
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** @throws {OperatorError} when the address cannot be had. */
export async function listen(http: FastifyInstance, address: { host: string; port: number }): Promise<void> {
  const at = `${address.host}:${address.port}`
  try {
    await http.listen(address)
  } catch (cause) {
    throw notListening(at, cause)
  }
}

function notListening(at: string, cause: unknown): OperatorError {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return new OperatorError(`another program listens on ${at}`, { cause })
  if (code === 'EACCES') return new OperatorError(`listening on ${at} is not allowed to this user`, { cause })
  return new OperatorError(`cannot listen on ${at}: ${message}`, { cause })
}

/** Takes no more requests, lets those under way finish for a while, then cuts them off. */
export async function closeHttp(http: FastifyInstance, farewellMs = FAREWELL_MS): Promise<void> {
  const timer = setTimeout(() => http.server.closeAllConnections(), farewellMs)
  try {
    await http.close()
  } finally {
    clearTimeout(timer)
  }
}

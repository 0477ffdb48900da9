import type { HttpTransport } from './http-transport.ts'

/** The same transport, with each address exchanged for the one that the app reaches it by. */
export function readdressed(
  transport: HttpTransport,
  address: ((url: string) => string) | undefined,
): HttpTransport {
  if (!address) return transport
  return {
    send: (request) => transport.send({ ...request, url: address(request.url) }),
    close: () => transport.close(),
  }
}

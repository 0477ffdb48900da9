/** Whether a peer with this address is on our own machine, as node:net spells addresses. */
export function isLoopback(address: string): boolean {
  return /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address)
}

/** Whether this name or address, as a person wrote it, can only be our own machine. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopback(host)
}

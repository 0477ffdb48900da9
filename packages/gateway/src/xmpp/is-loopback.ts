/** Whether a peer with this address is on our own machine, as node:net spells addresses. */
export function isLoopback(address: string): boolean {
  return /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address)
}

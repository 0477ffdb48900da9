/**
 * Who of the gateways of one database holds a link that only one can hold, such as that of a component to its chat
 * server. A lease, by the database's time: whoever holds it and falls silent loses it, and no two hold it at once.
 */
export interface LinkLease {
  /**
   * Takes the lease of `link` for `node`, or renews it, for `forMs` milliseconds from now on. False, and nothing
   * changed, while another node's has not ended. Rejects when that cannot be known; the lease may be taken then.
   */
  hold(request: { link: string; node: string; forMs: number }): Promise<boolean>
  /** Ends the lease at once if it is this node's. Idempotent. */
  release(request: { link: string; node: string }): Promise<void>
  /** The node whose lease of `link` has not ended, if there is one. */
  holder(link: string): Promise<string | undefined>
}

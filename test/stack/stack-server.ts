/** A server that the test stack started, and ends. */
export interface StackServer {
  address: string
  /** Ends its process and removes its folder. */
  stop(): Promise<void>
}

/** Available presence of one device. */
export interface KeptPresence {
  /** Full JID. */
  readonly full: string
  /** The stanza, without `to`. */
  readonly frame: string
}

/** Which devices are available, on all nodes. */
export interface PresenceStore {
  /** The newest node of a full JID has it. */
  put(presence: KeptPresence & { bare: string; node: string }): Promise<void>
  /** Forgets it unless another node has it by now. Idempotent. */
  remove(presence: { full: string; node: string }): Promise<void>
  find(full: string): Promise<KeptPresence | undefined>
  /** Of the devices of these bare JIDs, in order of full JID. */
  of(bares: readonly string[]): Promise<KeptPresence[]>
  /**
   * Forgets what nodes that are gone have left, and answers the full JIDs; each goes to one caller. `by` asks, so it is not
   * gone, however long it has been silent.
   */
  takeAbandoned(by: string): Promise<string[]>
}

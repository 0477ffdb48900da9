/**
 * How the gateways of one database speak to each other. Signals may be lost or come late: nothing may depend on one.
 * So sending never rejects, and settles within seconds when nobody can hear; what a listener throws reaches neither
 * the sender nor the other listeners.
 */
export interface NodeSignals {
  /** Asks `node`, which may be this one, to flush and stop its writer of this upload. */
  askToStop(node: string, uploadId: string): Promise<void>
  /**
   * Says to all nodes that this upload's row changed (a writer stopped, a state moved, progress). State changes go at
   * once; progress reaches other nodes at most once a second for each upload.
   */
  announceChange(change: UploadChange): Promise<void>
  /** Says to all nodes that a message was put into this bare JID's offline store. */
  announceMail(bareJid: string): Promise<void>
  /** Each of these answers how to stop listening. This node's own signals are heard too, at once. */
  onStopAsked(listener: (uploadId: string) => void): () => void
  onChange(listener: (change: UploadChange) => void): () => void
  onMail(listener: (bareJid: string) => void): () => void
}

export interface UploadChange {
  readonly uploadId: string
  readonly kind: 'progress' | 'state'
}

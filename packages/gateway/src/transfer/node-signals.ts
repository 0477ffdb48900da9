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
  /** Says to all nodes what they are to look up for their devices. */
  announceNews(news: ChatNews): Promise<void>
  /** Each of these answers how to stop listening. This node's own signals are heard too, at once. */
  onStopAsked(listener: (uploadId: string) => void): () => void
  onChange(listener: (change: UploadChange) => void): () => void
  onMail(listener: (bareJid: string) => void): () => void
  onNews(listener: (news: ChatNews) => void): () => void
}

/** What changed on the standalone chat side; the database has the rest. `origin` is unique to who says it. */
export type ChatNews =
  /** This full JID came, changed or went. */
  | { readonly kind: 'presence'; readonly origin: string; readonly full: string }
  /** What `account` holds of `jid` changed. */
  | {
      readonly kind: 'contact'
      readonly account: string
      readonly jid: string
      readonly push: boolean
      readonly stanzas: readonly ('subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed')[]
      readonly presence?: 'show' | 'hide' | undefined
    }
  /** The archive of `account` has a message that went past its devices at other nodes. */
  | {
      readonly kind: 'copy'
      readonly origin: string
      readonly account: string
      readonly id: string
      readonly way: 'sent' | 'received'
    }

export interface UploadChange {
  readonly uploadId: string
  readonly kind: 'progress' | 'state'
}

/** Who asks. Made at the edges: from a stanza's stamped `from`, or from a verified token. */
export interface Principal {
  /** Bare JID, prepared. */
  readonly owner: string
  /**
   * Set when a slot's token authorised the request: it speaks for this one upload only, and it writes only
   * while its grant is the upload's newest.
   */
  readonly grant?: { readonly uploadId: string; readonly grantNo: number } | undefined
}

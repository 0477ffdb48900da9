/** The bare JID of one that is prepared. */
export function bareOf(jid: string): string {
  return jid.split('/', 1)[0] ?? ''
}

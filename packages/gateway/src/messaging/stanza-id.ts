import { element, NS } from '@sluice/protocol'

/** Names a message as the archive of `by` does (XEP-0359). `frame` is a whole message as XML, with something in it. */
export function withStanzaId(frame: string, { by, id }: { by: string; id: string | undefined }): string {
  if (id === undefined) return frame
  const stanzaId = element('stanza-id', { xmlns: NS.stanzaId, by, id }).toString()
  return frame.replace(/<\/message>$/, () => `${stanzaId}</message>`)
}

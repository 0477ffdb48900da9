/** In place of @xmpp/jid in the browser build: xmpp.js parses the address of a stream, which nothing reads. */
// biome-ignore lint/style/noDefaultExport: in place of a default export
export default function unreadJid(address: string): string {
  return address
}

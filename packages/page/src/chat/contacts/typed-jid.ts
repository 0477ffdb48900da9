/** The address that somebody typed: a name alone is one at the own server. Absent when it cannot be one. */
export function typedJid(typed: string, account: string): string | undefined {
  const text = typed
    .trim()
    .replace(/^xmpp:/, '')
    .toLowerCase()
  const jid = text.includes('@') ? text : `${text}@${account.split('@')[1]}`
  return /^[^\s@/"&'<>:]+@[^\s@/"&'<>]+$/.test(jid) ? jid : undefined
}

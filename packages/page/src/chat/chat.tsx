/** Contacts, conversations and what is sent in them. */
export function Chat() {
  return <h1>Chat</h1>
}

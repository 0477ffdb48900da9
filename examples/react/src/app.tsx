import type { Client } from '@sluice/client'
import { useConnection, useContacts } from '@sluice/client/react'
import { useState } from 'react'
import { Conversation } from './conversation.tsx'
import { Login } from './login.tsx'
import { Transfers } from './transfers.tsx'

export function App({ client }: { client: Client }) {
  const connection = useConnection(client)
  const contacts = useContacts(client)
  const [peer, setPeer] = useState('')
  if (client.jid === undefined) return <Login client={client} />

  const choose = (form: FormData) => {
    const jid = String(form.get('jid'))
    setPeer(jid)
    void client.contacts.add(jid).catch(console.error)
  }
  return (
    <>
      <p role="status">
        {client.jid} is {connection}
      </p>
      <form action={choose}>
        <input name="jid" aria-label="Talk to" placeholder="bob@localhost" required />
        <button type="submit">Talk</button>
      </form>
      <ul aria-label="Contacts">
        {contacts.map(({ jid, name, online, asking }) => (
          <li key={jid}>
            {online ? '●' : '○'}{' '}
            <button type="button" onClick={() => setPeer(jid)}>
              {name ?? jid}
            </button>{' '}
            {asking && (
              <button type="button" onClick={() => void client.contacts.accept(jid)}>
                Let them see you
              </button>
            )}
          </li>
        ))}
      </ul>
      {peer && <Conversation key={peer} client={client} jid={peer} />}
      <Transfers client={client} />
    </>
  )
}

import { expect } from 'chai'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { createClient } from './node.ts'
import { memoryStore } from './persistence/memory-store.ts'
import { useConnection, useContacts, useMessages, useTransfer, useTransfers } from './react.ts'

describe('the hooks', () => {
  it('render on a server, where nobody is logged in', () => {
    const client = createClient({ domain: 'example.org', store: memoryStore() })
    function App() {
      const seen = {
        connection: useConnection(client),
        contacts: useContacts(client),
        messages: useMessages(client, 'bob@example.org').messages,
        transfers: useTransfers(client),
        transfer: useTransfer(client, 'm1') ?? 'none',
      }
      return createElement('code', {}, JSON.stringify(seen))
    }
    expect(renderToString(createElement(App)).replaceAll('&quot;', '"')).to.equal(
      '<code>{"connection":"offline","contacts":[],"messages":[],"transfers":[],"transfer":"none"}</code>',
    )
  })
})

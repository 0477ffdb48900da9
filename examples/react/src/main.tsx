import { createClient } from '@sluice/client'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'

// ?server=https://chat.example.org for another gateway than the one on this machine.
const serverUrl = new URLSearchParams(location.search).get('server') ?? 'http://127.0.0.1:8400'
const client = createClient({ serverUrl })

createRoot(document.getElementById('app') as HTMLElement).render(
  <StrictMode>
    <App client={client} />
  </StrictMode>,
)

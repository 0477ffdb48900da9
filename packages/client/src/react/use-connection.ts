import { useSyncExternalStore } from 'react'
import type { Client } from '../client.ts'
import type { SessionState } from '../session/session.ts'
import { ofClient } from './of-client.ts'
import { Snapshot } from './snapshot.ts'

const connectionOf = ofClient(
  (client) =>
    new Snapshot<SessionState>({
      initial: 'offline',
      read: () => client.state,
      watch: (changed) => client.on('state', changed),
    }),
)

/** Whether the line of the client is up; `offline` where a server renders. */
export function useConnection(client: Client): SessionState {
  const { subscribe, get } = connectionOf(client)
  return useSyncExternalStore(subscribe, get, offline)
}

function offline(): SessionState {
  return 'offline'
}

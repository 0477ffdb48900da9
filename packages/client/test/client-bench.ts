import { encodeChatMessage } from '@sluice/protocol'
import { ClientCore } from '../src/client-core.ts'
import { headerMediaCare } from '../src/media/header-media-care.ts'
import { memoryStore } from '../src/persistence/memory-store.ts'
import type { SessionState } from '../src/session/session.ts'
import { openNodeFile } from '../src/transfers/open-node-file.ts'
import { MovedClock } from './scripted-connection.ts'
import { ScriptedGateway } from './scripted-gateway.ts'
import { ScriptedServer } from './scripted-server.ts'
import { sha256 } from './upload-bench.ts'

export const alice = { username: 'alice', password: 'secret' }

/** A client whose chat server and time are the test's. */
export function clientBench(tokenProvider?: () => Promise<string>) {
  const server = new ScriptedServer()
  const clock = new MovedClock()
  const store = memoryStore()
  const core = new ClientCore(
    {
      clock,
      WebSocket: server.WebSocket,
      openTransport: async () => new ScriptedGateway().transport,
      sha256,
      openFile: openNodeFile,
      mediaCare: async () => headerMediaCare,
      defaultStore: () => store,
      random: () => 0,
    },
    { serverUrl: 'http://localhost', tokenProvider },
  )
  const reaches = (wanted: SessionState) =>
    new Promise<void>((resolve) => core.events.state.add((state) => state === wanted && resolve()))
  return { core, server, clock, store, reaches }
}

/** Another person's media messages, which are written to the store before they are shown. */
export const mediaMessages = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    encodeChatMessage({
      id: `m${index}`,
      from: 'bob@localhost/phone',
      to: 'alice@localhost',
      chat: 'chat',
      media: { url: 'http://localhost/media/x/a.png', kind: 'image' },
    }),
  )

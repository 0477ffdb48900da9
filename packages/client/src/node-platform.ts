import { createHash } from 'node:crypto'
import { WebSocket } from 'ws'
import { systemClock } from './clock.ts'
import { folderStore } from './persistence/folder-store.ts'
import type { Platform } from './platform.ts'
import { NodeHttpTransport } from './transfers/node-http-transport.ts'
import { openNodeFile } from './transfers/open-node-file.ts'

export const nodePlatform: Platform = {
  clock: systemClock,
  WebSocket,
  openTransport: async () => new NodeHttpTransport(),
  async sha256() {
    const hash = createHash('sha256')
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') }
  },
  openFile: openNodeFile,
  mediaCare: async () => (await import('./media/header-media-care.ts')).headerMediaCare,
  defaultStore: () => folderStore(),
  random: Math.random,
}

import { memoryStore, openMemoryStore } from './memory-store.ts'
import { describeStore } from './store.contract.ts'

describeStore('memory', async () => memoryStore())
describeStore('shared memory', async () => openMemoryStore({ isShared: true, keepsFiles: true }), {
  isShared: true,
  keepsFiles: true,
})

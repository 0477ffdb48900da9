import { memoryStore } from '../../../packages/client/src/persistence/memory-store.ts'
import { describeStore } from '../../../packages/client/src/persistence/store.contract.ts'

describeStore('memory', async () => memoryStore())

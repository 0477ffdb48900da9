import { describeBlobStore } from '../../src/transfer/blob-store.contract.ts'
import { describeNodeSignals } from '../../src/transfer/node-signals.contract.ts'
import { MemoryBlobStore } from './memory-blob-store.ts'
import { NodeBus } from './node-bus.ts'

// What the transfer tests stand on keeps the same promises as what stands in for it in production.
describeBlobStore('memory', async () => ({ store: new MemoryBlobStore(), tearDown: async () => {} }))

describeNodeSignals('a bus in one process', async () => {
  const bus = new NodeBus()
  const nodes = ['one', 'other'].map((id) => ({ id, signals: bus.join(id) }))
  return { nodes, passSecond: () => {}, tearDown: async () => {} }
})

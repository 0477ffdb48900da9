import { describeNodeSignals } from '../transfer/node-signals.contract.ts'
import { LocalNodeSignals } from './local-node-signals.ts'

describeNodeSignals('One process', async () => ({
  nodes: [{ id: 'a', signals: new LocalNodeSignals({ node: 'a', onError: () => {} }) }],
  passSecond: () => {},
  tearDown: async () => {},
}))

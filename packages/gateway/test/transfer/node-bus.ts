import { LocalNodeSignals } from '../../src/database/local-node-signals.ts'
import type { NodeSignals, UploadChange } from '../../src/transfer/node-signals.ts'

/** Joins the signals of several nodes in one process, for tests of what nodes owe each other. */
export class NodeBus {
  readonly #nodes = new Map<string, LocalNodeSignals>()
  /** While true, nothing reaches another node: signals may be lost. */
  isBroken = false
  /** While true, announcing fails. */
  isFailing = false

  join(node: string): NodeSignals {
    const own = new LocalNodeSignals({ node, onError: () => {} })
    this.#nodes.set(node, own)
    const reached = () => (this.isBroken ? [own] : [...this.#nodes.values()])
    return {
      askToStop: async (other, uploadId) => {
        for (const signals of reached()) await signals.askToStop(other, uploadId)
      },
      announceChange: async (change: UploadChange) => {
        if (this.isFailing) throw new Error('the bus fails as the test wants it')
        for (const signals of reached()) await signals.announceChange(change)
      },
      announceMail: async (bareJid) => {
        for (const signals of reached()) await signals.announceMail(bareJid)
      },
      announceNews: async (news) => {
        for (const signals of reached()) await signals.announceNews(news)
      },
      onStopAsked: (listener) => own.onStopAsked(listener),
      onChange: (listener) => own.onChange(listener),
      onMail: (listener) => own.onMail(listener),
      onNews: (listener) => own.onNews(listener),
    }
  }
}

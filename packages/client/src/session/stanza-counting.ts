import { element } from '@sluice/protocol'
import type { XmppStream } from './xmpp-stream.ts'

const STREAM_MANAGEMENT = 'urn:xmpp:sm:3'

/** Whether these stream features have stream management (XEP-0198 §3). */
export function countsStanzas(features: { getChild(name: string, xmlns: string): unknown }): boolean {
  return features.getChild('sm', STREAM_MANAGEMENT) !== undefined
}

/**
 * Counts what the server sends on a bound stream, so that what a dead line took with it waits for the next one
 * (XEP-0198 §4). Without resumption: each stream is a session of its own. Resolves once the server counts, or will not.
 */
export function countStanzas(stream: XmppStream): Promise<void> {
  /** Undefined: not counting. */
  let handled: number | undefined
  const say = (name: string, h?: number) =>
    stream.send(element(name, { xmlns: STREAM_MANAGEMENT, h })).catch(() => {}) // A stream that died already.
  stream.on('stanza', () => {
    if (handled !== undefined) handled += 1
  })
  // §4: a last word, so that nothing comes twice.
  stream.hook('close', async () => {
    if (handled !== undefined) await say('a', handled)
  })
  return new Promise((resolve) => {
    stream.on('nonza', (nonza) => {
      if (nonza.is('r', STREAM_MANAGEMENT)) return void say('a', handled)
      if (nonza.is('enabled', STREAM_MANAGEMENT)) handled = 0
      else if (!nonza.is('failed', STREAM_MANAGEMENT)) return
      resolve()
    })
    void say('enable')
  })
}

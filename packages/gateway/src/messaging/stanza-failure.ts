import type { RefusalSpelling } from '@sluice/protocol'

/** Conditions of RFC 6120 §8.3.3 that messaging answers with. */
export type FailureCondition =
  | 'bad-request'
  | 'conflict'
  | 'feature-not-implemented'
  | 'forbidden'
  | 'item-not-found'
  | 'jid-malformed'
  | 'not-acceptable'
  | 'not-allowed'
  | 'remote-server-not-found'
  | 'resource-constraint'
  | 'service-unavailable'

/** An expected "no" to one stanza, in XMPP's own words; what concerns media is a `Refusal`. */
export class StanzaFailure extends Error {
  override readonly name = 'StanzaFailure'
  readonly condition: FailureCondition
  readonly type: RefusalSpelling['type']

  constructor(condition: FailureCondition, options: { type?: RefusalSpelling['type']; text?: string } = {}) {
    super(options.text ?? '')
    this.condition = condition
    this.type = options.type ?? 'cancel'
  }
}

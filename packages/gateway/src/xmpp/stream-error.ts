import { element, type XmlElement } from '@sluice/protocol'
import { XMPP } from './xmpp-namespaces.ts'

/** Conditions of RFC 6120 §4.9.3 that this server ends a stream with. */
export type StreamErrorCondition =
  | 'bad-format'
  | 'conflict'
  | 'connection-timeout'
  | 'host-unknown'
  | 'internal-server-error'
  | 'invalid-from'
  | 'invalid-namespace'
  | 'not-authorized'
  | 'not-well-formed'
  | 'policy-violation'
  | 'reset'
  | 'resource-constraint'
  | 'restricted-xml'
  | 'system-shutdown'
  | 'unsupported-encoding'
  | 'unsupported-stanza-type'
  | 'unsupported-version'

/** What ends a stream, unrecoverably (RFC 6120 §4.9.1.1). The text is for people. */
export class StreamError extends Error {
  override readonly name = 'StreamError'
  readonly condition: StreamErrorCondition

  constructor(condition: StreamErrorCondition, text = '') {
    super(text)
    this.condition = condition
  }

  /** `<stream:error/>`, self-contained as RFC 7395 §3.3 demands of each frame. */
  encode(): XmlElement {
    return element(
      'stream:error',
      { 'xmlns:stream': XMPP.streams },
      element(this.condition, { xmlns: XMPP.streamErrors }),
      this.message === ''
        ? undefined
        : element('text', { xmlns: XMPP.streamErrors, 'xml:lang': 'en' }, this.message),
    )
  }
}

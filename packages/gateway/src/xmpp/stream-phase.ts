import type { XmlElement } from '@sluice/protocol'
import type { StreamErrorCondition } from './stream-error.ts'
import type { XmlLimits } from './xml-reader.ts'

/** A step of the negotiation, or the session behind it: who decides what an element means. */
export interface StreamPhase {
  readonly limits: XmlLimits
  /** Children of the `<stream:features/>` that open this phase. */
  features(): XmlElement[]
  /** Gets each element in turn; the next one waits for the promise. Throws StreamError to end the stream. */
  receive(element: XmlElement): Promise<void>
  /** The stream has ended, for whatever reason; called once. */
  ended(): void
}

/** What a phase may do to its stream. */
export interface PhaseStream {
  /** False when nobody will read it. */
  send(element: XmlElement | string): boolean
  /** Goes on with another phase, in the same stream, or in a new one that the client opens (RFC 6120 §6.4.6). */
  enter(phase: StreamPhase, how: 'at-once' | 'after-restart'): void
  end(condition: StreamErrorCondition, text?: string): void
}

import { byteText } from '../design/byte-text.ts'
import type { Shown } from './tour-state.ts'

/** The proof at the end: both hashes, and what the wire carried. */
export function Outcome({ shown }: { readonly shown: Shown }) {
  const { journey } = shown
  if (journey?.phase !== 'arrived') return null
  const { sha256Sent, sha256Received, size, wire } = journey
  const equal = sha256Sent === sha256Received
  return (
    <section
      class={`card tour-outcome ${equal ? 'tour-outcome-good' : 'tour-outcome-bad'}`}
      aria-label="The outcome"
    >
      <h2>{equal ? 'The same file, byte for byte' : 'The files differ'}</h2>
      <dl>
        <dt>SHA-256 of Alice’s file</dt>
        <dd>
          <code>{sha256Sent}</code>
        </dd>
        <dt>SHA-256 of Bob’s file</dt>
        <dd>
          <code>{sha256Received}</code>
        </dd>
        <dt>Bytes</dt>
        <dd class="figures">
          file {byteText(size)}, wire {byteText(wire.up)} up and {byteText(wire.down)} down
        </dd>
      </dl>
    </section>
  )
}

import { type ChatMessage, decodeStanzaError, type XmlElement } from '@sluice/protocol'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'

/** The message came back as an error: the server or the peer did not take it. */
export class Bounced extends Error {
  override readonly name = 'Bounced'
  readonly condition: string
  readonly statusCode: number

  constructor(cause: StanzaRefused) {
    super(cause.message, { cause })
    this.condition = cause.condition
    this.statusCode = cause.statusCode
  }
}

/**
 * Runs what sends a message, and rejects with Bounced when the message comes back in the meantime. The signal that
 * `send` gets aborts when it is over.
 */
export async function unlessBounced(
  { session, message }: { session: Session; message: ChatMessage },
  send: (over: AbortSignal) => Promise<void>,
): Promise<void> {
  const over = new AbortController()
  let remove = () => {}
  const bounce = new Promise<never>((_, reject) => {
    remove = session.stanzas.add((stanza) => {
      if (isBounceOf(stanza, message)) reject(new Bounced(refusalOf(stanza)))
    })
  })
  try {
    await Promise.race([send(over.signal), bounce])
  } finally {
    remove()
    over.abort()
  }
}

function isBounceOf(stanza: XmlElement, message: ChatMessage): boolean {
  const { type, id, from } = stanza.attrs
  if (!stanza.is('message') || type !== 'error' || id !== message.id) return false
  // RFC 6120 §8.3.1: an error comes from whom the stanza was for, or from a server on the way without a `from`.
  return from === undefined || from === message.to || from.startsWith(`${message.to}/`)
}

function refusalOf(stanza: XmlElement): StanzaRefused {
  const error = stanza.getChild('error')
  return new StanzaRefused(
    error ? decodeStanzaError(error) : { condition: 'undefined-condition', type: 'cancel', details: {} },
  )
}

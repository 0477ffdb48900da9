import { type ChatMessage, decodeStanzaError, encodeChatMessage, type XmlElement } from '@sluice/protocol'
import type { Session } from '../session/session.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'

/** The message came back as an error: the server or the peer did not take it. */
export class Bounced extends Error {
  override readonly name = 'Bounced'
  readonly statusCode: number

  constructor(cause: StanzaRefused) {
    super(cause.message, { cause })
    this.statusCode = cause.statusCode
  }
}

/**
 * Sends a message and resolves once one's own server has it. Rejects with Bounced when it comes back, with
 * Unreachable when nobody can tell; it may then be sent again, since receivers drop a second one.
 */
export async function deliverMessage(
  session: Session,
  message: ChatMessage,
  signal?: AbortSignal,
): Promise<void> {
  let remove = () => {}
  const bounce = new Promise<never>((_, reject) => {
    remove = session.stanzas.add((stanza) => {
      if (isBounceOf(stanza, message)) reject(new Bounced(refusalOf(stanza)))
    })
  })
  try {
    await Promise.race([session.deliver(encodeChatMessage(message), signal), bounce])
  } finally {
    remove()
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

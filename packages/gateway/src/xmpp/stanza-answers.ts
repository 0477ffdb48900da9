import { element, encodeStanzaError, NS, Refusal, type XmlElement } from '@sluice/protocol'
import { StanzaFailure } from '../messaging/stanza-failure.ts'

/** The result of an iq, on its way back. */
export function resultOf(iq: XmlElement, payload?: XmlElement): XmlElement {
  return element('iq', { ...turned(iq), type: 'result' }, payload)
}

/** The error for a stanza, on its way back; undefined for one that must not be answered (RFC 6120 §8.3.1). */
export function errorOf(stanza: XmlElement, error: Refusal | StanzaFailure): XmlElement | undefined {
  const { type } = stanza.attrs
  if (type === 'error' || (stanza.is('iq') && type === 'result')) return undefined
  return element(stanza.getName(), { ...turned(stanza), type: 'error' }, encodeError(error))
}

/** Whether it is an expected "no", that the sender gets to hear; anything else is ours to log. */
export function isRefused(error: unknown): error is Refusal | StanzaFailure {
  return error instanceof Refusal || error instanceof StanzaFailure
}

// In the namespace that it came in: a component's stream has another one than a client's.
function turned(stanza: XmlElement) {
  const { from, id, to } = stanza.attrs
  return { xmlns: stanza.getNS(), id, from: to, to: from }
}

function encodeError(error: Refusal | StanzaFailure): XmlElement {
  if (error instanceof Refusal) return encodeStanzaError(error)
  return element(
    'error',
    { type: error.type },
    element(error.condition, { xmlns: NS.stanzas }),
    error.message === ''
      ? undefined
      : element('text', { xmlns: NS.stanzas, 'xml:lang': 'en' }, error.message),
  )
}

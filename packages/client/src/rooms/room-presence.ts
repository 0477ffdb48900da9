import { element, NS, type XmlElement } from '@sluice/protocol'

/** What is asked for on the way in (XEP-0045 §7.2). */
export interface Entry {
  readonly room: string
  readonly nick: string
  readonly password?: string | undefined
  /** How far back the room repeats what was said, in seconds; 0: nothing. */
  readonly historySeconds: number
}

export function entryPresence({ room, nick, password, historySeconds }: Entry): XmlElement {
  const history = historySeconds === 0 ? { maxstanzas: 0 } : { seconds: historySeconds }
  return element(
    'presence',
    { to: `${room}/${nick}` },
    element(
      'x',
      { xmlns: NS.muc },
      password === undefined ? undefined : element('password', {}, password),
      element('history', history),
    ),
  )
}

/** XEP-0045 §7.14. */
export function exitPresence(occupant: string): XmlElement {
  return element('presence', { to: occupant, type: 'unavailable' })
}

/** XEP-0045 §10.1.2: a new room with the service's settings, which it keeps locked until then. */
export function instantRoom(): XmlElement {
  return element('query', { xmlns: NS.mucOwner }, element('x', { xmlns: NS.dataForms, type: 'submit' }))
}

/** What the room says of oneself; undefined when the presence is of somebody else. */
export function selfPresence(
  presence: XmlElement,
): { codes: ReadonlySet<string>; newNick: string | undefined } | undefined {
  const x = presence.getChild('x', NS.mucUser)
  const codes = new Set(x?.getChildren('status').flatMap(({ attrs }) => attrs.code ?? []))
  // XEP-0045 §7.2.2: 110 marks one's own.
  return codes.has('110') ? { codes, newNick: x?.getChild('item')?.attrs.nick } : undefined
}

/** XEP-0045 §10.9. */
export function isDestruction(presence: XmlElement): boolean {
  return presence.getChild('x', NS.mucUser)?.getChild('destroy') !== undefined
}

/**
 * Whether somebody wants us out (XEP-0045 §8.2, §9.1, §9.4, §10.2: a kick, a ban, members only), not the service for
 * a reason of its own (332, a shutdown; 333, an error), which some give together with 307.
 */
export function isExclusion(codes: ReadonlySet<string>): boolean {
  if (codes.has('332') || codes.has('333')) return false
  return ['301', '307', '321', '322'].some((code) => codes.has(code))
}

/** XEP-0045 §7.2.15: the subject, if only an empty one, ends what a room says to who comes in. */
export function isSubject(stanza: XmlElement): boolean {
  return (
    stanza.is('message') &&
    stanza.attrs.type === 'groupchat' &&
    stanza.getChild('subject') !== undefined &&
    stanza.getChild('body') === undefined
  )
}

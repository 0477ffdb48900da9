import { NS, prepareJid, type XmlElement } from '@sluice/protocol'

/** XEP-0203 §4: a stamp in our name is ours to give. */
export function dropForgedDelay(message: XmlElement, domain: string): void {
  drop(message, (child) => child.is('delay', NS.delay) && child.attrs.from === domain)
}

/** XEP-0359 §6: and so is a name that an archive of ours gives. */
export function dropForgedStanzaIds(message: XmlElement, domain: string): void {
  drop(message, (child) => child.is('stanza-id', NS.stanzaId) && isOurs(child.attrs.by ?? '', domain))
}

function drop(message: XmlElement, isForged: (child: XmlElement) => boolean): void {
  message.children = message.children.filter((child) => typeof child === 'string' || !isForged(child))
}

function isOurs(by: string, domain: string): boolean {
  try {
    return prepareJid(by).domain === domain
  } catch {
    // Nobody's, and somebody may read it otherwise than we do.
    return true
  }
}

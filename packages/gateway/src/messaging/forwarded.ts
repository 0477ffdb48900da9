import { element, NS, type XmlElement } from '@sluice/protocol'

/**
 * A stanza around one that is XML already (XEP-0297): `wrap` puts the holder of it, with the date if there is one, where
 * it belongs.
 */
export function forwarded(
  frame: string,
  wrap: (holder: XmlElement) => XmlElement,
  { at }: { at?: Date } = {},
): string {
  const delay = at && element('delay', { xmlns: NS.delay, stamp: at.toISOString() })
  const holder = element('forwarded', { xmlns: NS.forward }, delay, element('message'))
  // Nothing before it can look like it: attributes and texts have their angle brackets escaped.
  return wrap(holder)
    .toString()
    .replace('<message/>', () => frame)
}

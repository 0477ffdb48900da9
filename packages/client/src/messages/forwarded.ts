import { NS, type XmlElement } from '@sluice/protocol'

/** The message that a wrapper holds (XEP-0297), with its own date or else the wrapper's. */
export function forwardedMessage(wrapper: XmlElement): XmlElement | undefined {
  const forwarded = wrapper.getChild('forwarded', NS.forward)
  const message = forwarded?.getChild('message', NS.client)
  const delay = forwarded?.getChild('delay', NS.delay)
  if (message && delay && !message.getChild('delay', NS.delay)) message.append(delay)
  return message
}

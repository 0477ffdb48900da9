import type { NodeSignals } from '../../transfer/node-signals.ts'
import { XMPP } from '../xmpp-namespaces.ts'
import { type AllowedDomains, isAllowedDomain } from './allowed-domains.ts'
import type { ComponentLink } from './component-link.ts'
import { stampedJid } from './stamped-jid.ts'

interface Needs {
  readonly link: Pick<ComponentLink, 'state' | 'deliver'>
  readonly allowedDomains: AllowedDomains
  readonly signals: Pick<NodeSignals, 'onChange'>
}

/**
 * How progress goes out by a component's link. Every node hears of every upload's changes, wherever its writer is: so
 * the one that holds the link tells of all of them, and the others of none (docs/adr/0009).
 */
export function componentProgress({ allowedDomains, link, signals }: Needs) {
  return {
    xmlns: XMPP.component,
    signals: {
      onChange: (listener: Parameters<NodeSignals['onChange']>[0]) =>
        signals.onChange((change) => {
          if (link.state === 'online') listener(change)
        }),
    },
    /** Devices that a chat server has stamped: whether they are still there, it knows. */
    receiver: (full: string) => {
      const { domain, local } = stampedJid(full)
      if (link.state !== 'online' || local === '' || !full.includes('/')) return undefined
      return isAllowedDomain(domain, allowedDomains) ? link : undefined
    },
  }
}

import type { LinkLease } from '../../messaging/link-lease.ts'
import type { Clock } from '../../transfer/clock.ts'
import type { Logger } from '../../transfer/logger.ts'
import { isLoopbackHost } from '../is-loopback.ts'
import type { MediaStanzas } from '../media-stanzas.ts'
import type { AllowedDomains } from './allowed-domains.ts'
import type { ComponentLimits } from './component-limits.ts'
import { ComponentLink } from './component-link.ts'
import { ComponentStanzas } from './component-stanzas.ts'
import type { ComponentAddress } from './component-stream.ts'
import { ComponentWork } from './component-work.ts'

interface Needs {
  readonly address: ComponentAddress
  readonly allowedDomains: AllowedDomains
  readonly lease: LinkLease
  readonly node: string
  readonly media: MediaStanzas
  readonly clock: Clock
  readonly logger: Logger
  readonly limits?: Partial<ComponentLimits>
}

/** The media service as a component of a chat server (XEP-0114), not started yet. */
export function openComponentLink(needs: Needs): ComponentLink {
  const { address, allowedDomains, clock, logger, media } = needs
  if (!isLoopbackHost(address.host)) {
    logger.warn(
      { host: address.host },
      'the component link is plain text: let it run over a private network only',
    )
  }
  const stanzas = new ComponentStanzas({ media, jid: address.jid, allowedDomains })
  const work = new ComponentWork({ stanzas, clock, logger })
  return new ComponentLink({ ...needs, work })
}

import 'reflect-metadata'
import { NS } from '@sluice/protocol'
import type { FastifyInstance } from 'fastify'
import { container, type DependencyContainer, type InjectionToken, instanceCachingFactory } from 'tsyringe'
import type { Config } from './config.ts'
import { AccountTable } from './database/account-table.ts'
import { ArchiveTable } from './database/archive-table.ts'
import { ContactTable } from './database/contact-table.ts'
import { LinkLeaseTable } from './database/link-lease-table.ts'
import { OfflineTable } from './database/offline-table.ts'
import { PresenceTable } from './database/presence-table.ts'
import { SqlUploadLedger } from './database/sql-upload-ledger.ts'
import { bearerTokens } from './http/bearer-tokens.ts'
import { buildHttpServer } from './http/http-server.ts'
import type { PageFiles } from './http/page-files.ts'
import { createMessaging, type Messaging } from './messaging/create-messaging.ts'
import type { Backends } from './open-backends.ts'
import { Administration } from './operations/administration.ts'
import { BackgroundWork } from './operations/background-work.ts'
import { CollectGarbage } from './operations/collect-garbage.ts'
import { gatewayTasks } from './operations/gateway-tasks.ts'
import type { PublicAddresses } from './operations/public-addresses.ts'
import { readiness } from './operations/readiness.ts'
import { VerifyLedger } from './operations/verify-ledger.ts'
import { welcome } from './operations/welcome.ts'
import type { TourControl } from './tour/tour-control.ts'
import type { Clock } from './transfer/clock.ts'
import { createTransfer, type Transfer } from './transfer/create-transfer.ts'
import { heldBytes } from './transfer/held-bytes.ts'
import type { Logger } from './transfer/logger.ts'
import type { UploadLedger } from './transfer/upload-ledger.ts'
import type { ComponentLink } from './xmpp/component/component-link.ts'
import { componentProgress } from './xmpp/component/component-progress.ts'
import { openComponentLink } from './xmpp/component/open-component-link.ts'
import { MediaStanzas } from './xmpp/media-stanzas.ts'
import { ProgressNotices } from './xmpp/progress-notices.ts'
import { attachXmppEndpoint, type XmppEndpoint } from './xmpp/xmpp-endpoint.ts'

/** A PUT is given up after a minute; what a store did with it by then, it has done within five. (LEDGER rule 8) */
const PUTS_SETTLE_WITHIN_MS = 5 * 60_000

interface CompositionNeeds {
  readonly config: Config
  readonly backends: Backends
  readonly addresses: PublicAddresses
  readonly clock: Clock
  readonly logger: Logger
  /** The page of the standalone gateway, where it has been built. */
  readonly pageFiles?: PageFiles | undefined
  readonly tour?: TourControl | undefined
  /** True once an orderly end has begun. */
  draining(): boolean
}

/** The parts that a process starts and stops; each is made when it is first asked for. */
interface Composition {
  readonly ledger: UploadLedger
  readonly transfer: Transfer
  readonly messaging: Messaging
  /** Not listening yet. */
  readonly http: FastifyInstance
  /** Standalone only. Takes its streams from `http` as soon as it is asked for. */
  readonly xmpp: XmppEndpoint
  /** Undefined without a chat server. Not started yet. */
  readonly component: ComponentLink | undefined
  /** Tells from the moment it is asked for. */
  readonly progress: ProgressNotices
  readonly administration: Administration
  readonly background: BackgroundWork
}

const mediaJid = ({ component, domain }: Config) => component?.jid ?? `media.${domain}`

const token = <T>(name: string): InjectionToken<T> => Symbol(name)

const NEEDS = token<CompositionNeeds>('needs')
const LEDGER = token<UploadLedger>('ledger')
const TRANSFER = token<Transfer>('transfer')
const MESSAGING = token<Messaging>('messaging')
const HTTP = token<FastifyInstance>('http')
const XMPP = token<XmppEndpoint>('xmpp')
const MEDIA = token<MediaStanzas>('media')
const COMPONENT = token<ComponentLink | undefined>('component')
const PROGRESS = token<ProgressNotices>('progress')
const ADMINISTRATION = token<Administration>('administration')
const BACKGROUND = token<BackgroundWork>('background')

/** Wires the whole gateway; the only place that knows every part, and the only one that knows the container. */
export function compose(needs: CompositionNeeds): Composition {
  const parts = container.createChildContainer()
  const provide = <T>(part: InjectionToken<T>, make: (parts: DependencyContainer) => T) => {
    parts.register(part, { useFactory: instanceCachingFactory(make) })
  }
  parts.registerInstance(NEEDS, needs)
  provide(LEDGER, makeLedger)
  provide(TRANSFER, makeTransfer)
  provide(MESSAGING, makeMessaging)
  provide(HTTP, makeHttp)
  provide(XMPP, makeXmpp)
  provide(MEDIA, makeMedia)
  provide(COMPONENT, makeComponent)
  provide(PROGRESS, makeProgress)
  provide(ADMINISTRATION, makeAdministration)
  provide(BACKGROUND, makeBackground)
  return {
    get ledger() {
      return parts.resolve(LEDGER)
    },
    get transfer() {
      return parts.resolve(TRANSFER)
    },
    get messaging() {
      return parts.resolve(MESSAGING)
    },
    get http() {
      return parts.resolve(HTTP)
    },
    get xmpp() {
      return parts.resolve(XMPP)
    },
    get component() {
      return parts.resolve(COMPONENT)
    },
    get progress() {
      return parts.resolve(PROGRESS)
    },
    get administration() {
      return parts.resolve(ADMINISTRATION)
    },
    get background() {
      return parts.resolve(BACKGROUND)
    },
  }
}

function makeLedger(parts: DependencyContainer): UploadLedger {
  const { backends } = parts.resolve(NEEDS)
  return new SqlUploadLedger({ sql: backends.database, putsSettleWithinMs: PUTS_SETTLE_WITHIN_MS })
}

function makeTransfer(parts: DependencyContainer): Transfer {
  const { config, backends, addresses, clock, logger } = parts.resolve(NEEDS)
  const { maxUploadBytes, unfinishedExpiryMs, dailyQuotaBytes, memoryBudgetBytes, uploadSecret } = config
  return createTransfer({
    node: backends.node,
    ledger: parts.resolve(LEDGER),
    store: backends.store,
    signals: backends.signals,
    clock,
    logger,
    urls: addresses,
    limits: { maxUploadBytes, unfinishedExpiryMs, dailyQuotaBytes },
    uploadSecret,
    memoryBudgetBytes: heldBytes(memoryBudgetBytes),
  })
}

function makeMessaging(parts: DependencyContainer): Messaging {
  const { config, backends, clock, logger } = parts.resolve(NEEDS)
  const sql = backends.database
  return createMessaging({
    node: backends.node,
    accounts: new AccountTable({ sql }),
    offline: new OfflineTable({ sql }),
    contacts: new ContactTable({ sql }),
    presences: new PresenceTable({ sql }),
    archive: new ArchiveTable({ sql }),
    signals: backends.signals,
    clock,
    logger,
    domain: config.domain,
    loginTokens: config.jwt,
    archiveExpiryMs: config.archiveExpiryMs,
  })
}

function makeHttp(parts: DependencyContainer): FastifyInstance {
  const { config, backends, addresses, logger, pageFiles, tour, draining } = parts.resolve(NEEDS)
  const transfer = parts.resolve(TRANSFER)
  return buildHttpServer({
    transfer: { ...transfer, tokens: bearerTokens(transfer.tokens, parts.resolve(MESSAGING).logInByToken) },
    limits: config,
    logger,
    websocketUrl: config.component ? undefined : addresses.websocket,
    accounts: config.component ? undefined : { domain: config.domain, registration: config.registration },
    page: welcome({ addresses, page: pageFiles !== undefined, ...config }),
    web: pageFiles && { files: pageFiles, origins: pageOrigins(addresses, tour) },
    tour,
    readiness: readiness({ ledger: parts.resolve(LEDGER), store: backends.store, logger }),
    link: () => parts.resolve(COMPONENT)?.state,
    draining,
  })
}

/** Where the page goes beside the address that it came from: the gateway's own name, and the tour's networks. */
function pageOrigins(addresses: PublicAddresses, tour: TourControl | undefined): string[] {
  const urls = [addresses.url, ...Object.values(tour?.networks ?? {}).map(({ url }) => url)]
  return urls.flatMap((url) => [new URL(url).origin, new URL(url).origin.replace(/^http/, 'ws')])
}

function makeMedia(parts: DependencyContainer): MediaStanzas {
  const { logger } = parts.resolve(NEEDS)
  return new MediaStanzas({ transfer: parts.resolve(TRANSFER), logger })
}

function makeComponent(parts: DependencyContainer): ComponentLink | undefined {
  const { config, backends, clock, logger } = parts.resolve(NEEDS)
  if (!config.component) return undefined
  return openComponentLink({
    address: config.component,
    allowedDomains: config.allowedDomains,
    lease: new LinkLeaseTable({ sql: backends.database }),
    node: backends.node,
    media: parts.resolve(MEDIA),
    clock,
    logger,
  })
}

function makeXmpp(parts: DependencyContainer): XmppEndpoint {
  const { config, clock, logger } = parts.resolve(NEEDS)
  return attachXmppEndpoint({
    server: parts.resolve(HTTP).server,
    domain: config.domain,
    mediaJid: mediaJid(config),
    // TLS, where a rule asks for it, means an https public URL.
    secure: config.publicUrl?.startsWith('https:') ?? false,
    local: config.publicUrl === undefined,
    registrationOpen: config.registration === 'open',
    messaging: parts.resolve(MESSAGING),
    media: parts.resolve(MEDIA),
    clock,
    logger,
  })
}

function makeProgress(parts: DependencyContainer): ProgressNotices {
  const { config, backends, clock, logger } = parts.resolve(NEEDS)
  const component = parts.resolve(COMPONENT)
  return new ProgressNotices({
    ledger: parts.resolve(LEDGER),
    inspectUpload: parts.resolve(TRANSFER).inspectUpload,
    clock,
    logger,
    from: mediaJid(config),
    ...(component
      ? componentProgress({
          link: component,
          allowedDomains: config.allowedDomains,
          signals: backends.signals,
        })
      : standaloneProgress(parts)),
  })
}

function standaloneProgress(parts: DependencyContainer) {
  const { sessions } = parts.resolve(MESSAGING)
  return {
    xmlns: NS.client,
    signals: parts.resolve(NEEDS).backends.signals,
    receiver: (full: string) => sessions.find(full),
  }
}

function makeAdministration(parts: DependencyContainer): Administration {
  const { config, backends, clock } = parts.resolve(NEEDS)
  const holdings = { ledger: parts.resolve(LEDGER), store: backends.store, clock }
  return new Administration({
    accounts: parts.resolve(MESSAGING).accounts,
    tokens: parts.resolve(TRANSFER).tokens,
    collectGarbage: new CollectGarbage(holdings),
    verifyLedger: new VerifyLedger(holdings),
    domain: config.domain,
    // Elsewhere there are no accounts of ours, and tokens only for those whom the chat server's users are.
    ...(config.component && { allowedDomains: config.allowedDomains }),
  })
}

function makeBackground(parts: DependencyContainer): BackgroundWork {
  const { backends, clock, config, logger } = parts.resolve(NEEDS)
  const tasks = gatewayTasks({
    node: backends.node,
    ledger: parts.resolve(LEDGER),
    transfer: parts.resolve(TRANSFER),
    messaging: config.component ? undefined : parts.resolve(MESSAGING),
  })
  return new BackgroundWork({ clock, logger, tasks })
}

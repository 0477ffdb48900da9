import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Closing, closeAll } from './close-all.ts'
import type { Config } from './config.ts'
import { readPageFiles } from './http/page-files.ts'
import { openBackends } from './open-backends.ts'
import { controlPath } from './operations/control-path.ts'
import { openControlServer } from './operations/control-server.ts'
import { closeHttp, freePort, listen } from './operations/listening.ts'
import { createLogger } from './operations/logger.ts'
import { PublicAddresses } from './operations/public-addresses.ts'
import { SystemClock } from './operations/system-clock.ts'
import { welcome } from './operations/welcome.ts'
import type { Tour } from './tour/tour.ts'
import type { Logger } from './transfer/logger.ts'

/** Built by `npm run build`, beside the code wherever that runs from. */
const PAGE = fileURLToPath(new URL('../page/', import.meta.url))

export interface RunningGateway {
  /** Where clients reach it: the public URL if there is one. Without a trailing slash. */
  readonly url: string
  readonly port: number
  /** The text that `/` answers too, to whoever asks for no HTML. */
  readonly welcome: string
  /** Resolves when the gateway cannot go on; what is left to do is to end the process. */
  readonly broken: Promise<Error>
  /**
   * Ends it in good order: takes on nothing new, commits what running uploads have sent, lets requests finish for a
   * few seconds, then closes everything. Idempotent.
   */
  close(): Promise<void>
}

/**
 * Starts a whole gateway in this process; resolves once it takes requests.
 * @throws {OperatorError} when something that it stands on cannot be had; nothing stays open then.
 */
export async function startGateway(
  config: Config,
  {
    logger = createLogger({ level: config.logLevel }),
    tour,
  }: { logger?: Logger; tour?: Tour | undefined } = {},
): Promise<RunningGateway> {
  const clock = new SystemClock()
  const node = `${hostname()}-${process.pid}-${randomUUID()}`
  let breakDown: (error: Error) => void = () => {}
  const broken = new Promise<Error>((resolve) => {
    breakDown = resolve
  })
  const closings: Closing[] = []
  try {
    // Half a second of loading, while the embedded database opens in its worker.
    const composition = import('./composition.ts')
    composition.catch(() => {})
    // With a chat server, people have clients of their own.
    const reading = config.component ? undefined : readPageFiles(PAGE)
    reading?.catch(() => {})
    const backends = await openBackends({ config, node, clock, logger, onFatal: breakDown })
    closings.push(() => backends.close())
    const port = config.port === 0 ? await freePort(config.host) : config.port
    const addresses = new PublicAddresses({ publicUrl: config.publicUrl ?? ownUrl(config.host, port) })
    let draining = false
    const { compose } = await composition
    const pageFiles = await reading
    const parts = compose({
      config,
      backends,
      addresses,
      clock,
      logger,
      pageFiles,
      tour,
      draining: () => draining,
    })
    const { administration, background, component, http, ledger, messaging, progress, transfer } = parts
    // To the very end: a node that does not beat counts as dead while it still drains.
    closings.push(() => background.close())
    closings.push(async () => {
      progress.close()
      await messaging.close()
      transfer.close()
    })
    // Before the first request, for the same reason.
    await ledger.beat(node)
    closings.push(() => closeHttp(http))
    await listen(http, { host: config.host, port })
    tour?.started({ host: config.host, port, url: addresses.url, domain: config.domain })
    if (component) {
      component.start()
      // After the drain: what it commits is told. Before the requests end: another gateway takes the link meanwhile.
      closings.push(() => component.close())
    } else {
      const { xmpp } = parts
      closings.push(() => xmpp.close())
    }
    if (config.databaseUrl === undefined) {
      const path = controlPath(config.dataDir)
      const control = await openControlServer({ path, administration, logger })
      closings.push(() => control.close())
    }
    background.start()
    closings.push(async () => {
      logger.info({ node }, 'gateway draining')
      draining = true
      await transfer.writers.drain()
    })
    logger.info({ node, url: addresses.url, port }, 'gateway started')
    if (config.publicUrl === undefined && isEverywhere(config.host)) {
      logger.warn(
        { host: config.host, url: addresses.url },
        'links lead to this machine only: set SLUICE_PUBLIC_URL',
      )
    }
    let closing: Promise<void> | undefined
    return {
      url: addresses.url,
      port,
      welcome: welcome({ addresses, page: pageFiles !== undefined, ...config }),
      broken,
      close() {
        closing ??= closeAll(closings).finally(() => logger.info({ node }, 'gateway stopped'))
        return closing
      },
    }
  } catch (error) {
    await closeAll(closings).catch((err: unknown) => logger.error({ err }, 'what was open cannot be closed'))
    throw error
  }
}

/** What a gateway without a public URL calls itself; one that listens everywhere is at least on this machine. */
function ownUrl(host: string, port: number): string {
  const name = isEverywhere(host) ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

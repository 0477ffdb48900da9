import type { Config } from './config.ts'
import { createLogger } from './operations/logger.ts'
import { startGateway } from './start-gateway.ts'
import { Tour } from './tour/tour.ts'
import { tourAllowed } from './tour-allowed.ts'

/** An orderly end that takes longer than this is none. */
const END_WITHIN_MS = 30_000

/**
 * Runs a gateway until SIGTERM or SIGINT, then ends it in good order; a second signal ends it at once. Where the tour
 * may be played, it can have the gateway end and start again meanwhile. Answers the exit code of the process.
 */
export async function runUntilSignal(config: Config): Promise<number> {
  const logger = createLogger({ level: config.logLevel })
  const signalled = new Promise<'signal'>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1))
        resolve('signal')
      })
    }
  })
  const tour = tourAllowed(config) ? await Tour.open() : undefined
  try {
    let { port } = config
    for (let greeted = false; ; greeted = true) {
      const gateway = await startGateway({ ...config, port }, { logger, tour })
      // The same one for the clients that come back.
      port = gateway.port
      if (!greeted) process.stdout.write(gateway.welcome)
      const reasons: Promise<'signal' | 'restart' | Error>[] = [signalled, gateway.broken]
      if (tour) reasons.push(tour.wanted())
      const reason = await Promise.race(reasons)
      const broken = reason instanceof Error
      if (broken) logger.error({ err: reason }, 'gateway cannot go on')
      const deadline = setTimeout(() => {
        logger.error({ withinMs: END_WITHIN_MS }, 'gateway did not end in time')
        process.exit(1)
      }, END_WITHIN_MS).unref()
      try {
        await gateway.close()
      } catch (err) {
        if (!broken) throw err
      }
      if (reason !== 'restart') return broken ? 1 : 0
      clearTimeout(deadline)
    }
  } finally {
    await tour?.close()
  }
}

import type { Config } from './config.ts'
import { createLogger } from './operations/logger.ts'
import { startGateway } from './start-gateway.ts'

/** An orderly end that takes longer than this is none. */
const END_WITHIN_MS = 30_000

/**
 * Runs a gateway until SIGTERM or SIGINT, then ends it in good order; a second signal ends it at once. Answers the
 * exit code of the process.
 */
export async function runUntilSignal(config: Config): Promise<number> {
  const logger = createLogger({ level: config.logLevel })
  const signalled = new Promise<undefined>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1))
        resolve(undefined)
      })
    }
  })
  const gateway = await startGateway(config, { logger })
  process.stdout.write(gateway.welcome)
  const broken = await Promise.race([signalled, gateway.broken])
  if (broken) logger.error({ err: broken }, 'gateway cannot go on')
  setTimeout(() => {
    logger.error({ withinMs: END_WITHIN_MS }, 'gateway did not end in time')
    process.exit(1)
  }, END_WITHIN_MS).unref()
  try {
    await gateway.close()
  } catch (err) {
    if (!broken) throw err
  }
  return broken ? 1 : 0
}

import { randomUUID } from 'node:crypto'
import { compose } from './composition.ts'
import type { Config } from './config.ts'
import { openBackends } from './open-backends.ts'
import type { AdminCommand } from './operations/admin-command.ts'
import { createLogger } from './operations/logger.ts'
import { PublicAddresses } from './operations/public-addresses.ts'
import { SystemClock } from './operations/system-clock.ts'

export interface AdministerNeeds {
  readonly config: Config
  readonly command: AdminCommand
  print(line: string): void
}

/** Does one command in this process, with the database and the store of this configuration; as {@link Administration.run}. */
export async function administer({ config, command, print }: AdministerNeeds): Promise<boolean> {
  const clock = new SystemClock()
  const logger = createLogger({ level: config.logLevel === 'info' ? 'warn' : config.logLevel })
  const node = `cli-${process.pid}-${randomUUID()}`
  let fail: (error: Error) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  failed.catch(() => {})
  const backends = await openBackends({ config, node, clock, logger, onFatal: fail })
  try {
    // No link is made here, so no address is needed.
    const addresses = new PublicAddresses({ publicUrl: '' })
    const parts = compose({ config, backends, addresses, clock, logger, draining: () => false })
    try {
      return await Promise.race([parts.administration.run(command, print), failed])
    } finally {
      await parts.messaging.close()
      parts.transfer.close()
    }
  } finally {
    await backends.close()
  }
}

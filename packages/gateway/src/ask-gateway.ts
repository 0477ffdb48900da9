import { setTimeout as sleep } from 'node:timers/promises'
import type { AdministerNeeds } from './administer.ts'
import { hasRun } from './data-directory.ts'
import { DataDirectoryLocked } from './database/data-directory-locked.ts'
import { askRunningGateway } from './operations/control-client.ts'
import { controlPath } from './operations/control-path.ts'
import { OperatorError } from './operations/operator-error.ts'

const TRIES = 20
const BETWEEN_TRIES_MS = 500

interface AskNeeds extends AdministerNeeds {
  /** Takes a line for the operator that is no outcome. */
  remark(line: string): void
}

/**
 * Does one command on this configuration's gateway: in the process that has the embedded database open, if one has,
 * else here. Answers and throws as {@link Administration.run} does.
 */
export async function askGateway(needs: AskNeeds): Promise<boolean> {
  const { config, command, print } = needs
  if (config.databaseUrl !== undefined) {
    await checkHasRun(needs)
    return administerHere(needs)
  }
  const path = controlPath(config.dataDir)
  // A gateway that is starting or ending holds the lock before and after it listens.
  for (let tries = 1; ; tries++) {
    const done = await askRunningGateway({ path, command, print })
    if (done !== undefined) return done
    if (tries === 1) await checkHasRun(needs)
    try {
      return await administerHere(needs)
    } catch (error) {
      const locked = error instanceof Error && error.cause instanceof DataDirectoryLocked
      if (!locked || tries === TRIES) throw error
      await sleep(BETWEEN_TRIES_MS)
    }
  }
}

/** In a wrong folder a command would make a gateway's data of its own there, and its outcome mean nothing elsewhere. */
async function checkHasRun({ config, command, remark }: AskNeeds): Promise<void> {
  if (await hasRun(config)) return
  // One may make the accounts before the first start.
  if (command.name === 'account add')
    return remark(`no gateway has run in ${config.dataDir} yet; it is made now`)
  throw new OperatorError(
    `no gateway has run in ${config.dataDir}; run this in its folder or set SLUICE_DATA_DIR`,
  )
}

async function administerHere(needs: AdministerNeeds): Promise<boolean> {
  // Most of the gateway, and most of a second to load: only when no gateway is there to ask.
  const { administer } = await import('./administer.ts')
  return administer(needs)
}

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Config } from './config.ts'
import type { ComponentConfig } from './config-component.ts'
import { hasRun } from './data-directory.ts'
import { DataDirectoryLocked } from './database/data-directory-locked.ts'
import { DatabaseError } from './database/database-error.ts'
import { lockDataDirectory } from './database/embedded-lock.ts'
import { LinkLeaseTable } from './database/link-lease-table.ts'
import { openPostgres } from './database/postgres-database.ts'
import { SystemClock } from './operations/system-clock.ts'
import { ComponentRefused } from './xmpp/component/component-refused.ts'
import { findUploadServices } from './xmpp/component/find-upload-services.ts'
import { isWrongSetting } from './xmpp/component/reconnect-pause.ts'

const CONNECT_WITHIN_MS = 5_000

/**
 * Says how the chat server takes the component. Where a gateway may hold the link, it only sees whether the port
 * answers: a second link could end the first.
 * @throws when it cannot be reached, or refuses.
 */
export async function checkComponent(config: Config, component: ComponentConfig): Promise<string> {
  if (await mayBeHeld(config, component)) {
    await reach(component)
    return 'its port answers; the secret is not tried while a gateway runs'
  }
  const needs = { address: component, domain: config.domain, clock: new SystemClock() }
  const others = await findUploadServices(needs).catch(explain)
  return others.length === 0 ? 'takes the secret' : `takes the secret; ${turnOff(others)}`
}

/** XEP-0363 has no way to prefer one service: clients take whichever they find first. */
function turnOff(others: readonly string[]): string {
  const [are, them] = others.length === 1 ? ['is', 'it'] : ['are', 'them']
  return (
    `${others.join(', ')} ${are} an upload service too, and clients may choose ${them}: turn ${them} off ` +
    '(Prosody: Component "…" "http_file_share"; ejabberd: mod_http_upload)'
  )
}

function explain(error: unknown): never {
  if (error instanceof ComponentRefused && error.condition === 'conflict')
    throw new Error(
      'the chat server has a link of this component already: is a gateway with another database running?',
    )
  if (isWrongSetting(error)) {
    const variable = error.condition === 'not-authorized' ? 'SLUICE_COMPONENT_SECRET' : 'SLUICE_COMPONENT_JID'
    throw new Error(`the chat server refuses ${variable}: ${error.message}`, { cause: error })
  }
  throw error
}

/** Whether a gateway with this configuration runs. */
async function mayBeHeld(config: Config, { jid }: ComponentConfig): Promise<boolean> {
  if (config.databaseUrl === undefined) return (await hasRun(config)) && isLocked(config.dataDir)
  const sql = await openPostgres(config.databaseUrl)
  try {
    return (await new LinkLeaseTable({ sql }).holder(jid)) !== undefined
  } catch (error) {
    // No gateway has made its tables yet.
    if (error instanceof DatabaseError && error.sqlState === '42P01') return false
    throw error
  } finally {
    await sql.close()
  }
}

async function isLocked(dataDir: string): Promise<boolean> {
  try {
    const lock = await lockDataDirectory(dataDir)
    await lock.release()
    return false
  } catch (error) {
    if (error instanceof DataDirectoryLocked) return true
    throw error
  }
}

async function reach({ host, port }: ComponentConfig): Promise<void> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_WITHIN_MS) })
  } finally {
    socket.destroy()
  }
}

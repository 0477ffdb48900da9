import { execFile } from 'node:child_process'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Child } from './child.ts'
import { findProgram, postgresFolders } from './find-program.ts'
import { freePort } from './free-port.ts'
import type { StackServer } from './stack-server.ts'

const run = promisify(execFile)

/**
 * A PostgreSQL of its own in a new folder, with fsync on as in production (the crash suites rest on it). Listens on
 * 127.0.0.1 only and has no Unix socket, whose path could be too long. Throws when PostgreSQL is not installed.
 */
export async function startPostgres(): Promise<StackServer> {
  const folders = await postgresFolders()
  const initdb = await findProgram('initdb', folders)
  const postgres = await findProgram('postgres', folders)
  if (!initdb || !postgres)
    throw new Error('initdb and postgres are neither on PATH nor in /usr/lib/postgresql')

  const folder = await mkdtemp(join(tmpdir(), 'sluice-pg-'))
  try {
    const user = await unprivilegedUser()
    if (user.uid !== undefined) await chown(folder, user.uid, user.gid)
    const identity = { cwd: folder, ...user }
    const data = join(folder, 'data')
    await run(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'], identity)

    const port = await freePort()
    const settings = ['max_connections=300', 'unix_socket_directories=', 'listen_addresses=127.0.0.1']
    const child = await Child.start(
      postgres,
      ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...identity, detached: true },
    )
    const stop = async () => {
      await child.stop('SIGINT') // "fast shutdown" in PostgreSQL's words: SIGTERM would wait for every client
      await rm(folder, { recursive: true, force: true })
    }
    try {
      await child.waitUntil(() => child.output.includes('ready to accept connections'), 'PostgreSQL')
    } catch (error) {
      await stop()
      throw error
    }
    return { address: `postgres://postgres@127.0.0.1:${port}/postgres`, stop }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** PostgreSQL refuses to run as root; Debian's package brings the user `postgres` for it. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | { uid?: never; gid?: never }> {
  if (process.getuid?.() !== 0) return {}
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  return { uid: await id('-u'), gid: await id('-g') }
}

import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { LockAttempt } from './embedded-lock.ts'

const NAME = /^lock\.(\d{1,15})$/
/** Each turn another process took the lock and ended in between. */
const TURNS = 10

/** A process, told from later ones with the same id by its start, which is a date: a restart of the machine differs. */
interface Holder {
  readonly pid: number
  readonly startedAt: string
}

/**
 * For systems whose sockets outlive their process (macOS, BSD). Each taking of the lock is a file `lock.<n>`, made by
 * link(2), which one of two wins; the highest number counts, and it is never removed, only followed. (With one name,
 * who found a dead holder could remove the file of the next, living one.)
 */
export async function lockByFile(directory: string): Promise<LockAttempt> {
  const startedAt = await startOf(process.pid)
  if (startedAt === undefined) throw new Error('ps does not know this process')
  for (let turn = 0; turn < TURNS; turn++) {
    const newest = await newestIn(directory)
    const holder = newest > 0 ? await readHolder(directory, newest) : undefined
    if (holder && (await startOf(holder.pid)) === holder.startedAt) return { holder: holder.pid }
    const mine = newest + 1
    if (!(await put(directory, mine, { pid: process.pid, startedAt }))) continue
    if ((await newestIn(directory)) > mine) {
      // While we looked, others took the lock more than once: our number was used and removed.
      await rm(join(directory, `lock.${mine}`), { force: true })
      continue
    }
    let released = false
    const release = async () => {
      if (released) return
      released = true
      await put(directory, mine + 1, undefined)
    }
    return { lock: { release } }
  }
  return { holder: undefined }
}

async function newestIn(directory: string): Promise<number> {
  const numbers = (await readdir(directory)).map((name) => Number(NAME.exec(name)?.[1] ?? 0))
  return Math.max(0, ...numbers)
}

/** Undefined: released, or followed meanwhile (then `put` fails). */
async function readHolder(directory: string, number: number): Promise<Holder | undefined> {
  try {
    return (JSON.parse(await readFile(join(directory, `lock.${number}`), 'utf8')) ?? undefined) as
      | Holder
      | undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** False when somebody else was first. Removes what it follows. */
async function put(directory: string, number: number, holder: Holder | undefined): Promise<boolean> {
  const draft = join(directory, `lock-draft.${randomUUID()}`)
  await writeFile(draft, JSON.stringify(holder ?? null), { mode: 0o600 })
  try {
    await link(draft, join(directory, `lock.${number}`))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft)
  }
  await rm(join(directory, `lock.${number - 1}`), { force: true })
  return true
}

/** Undefined when no such process lives. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      env,
    })
    const [, state, startedAt] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? []
    return state?.startsWith('Z') ? undefined : startedAt
  } catch (error) {
    // ps ends with 1 when it finds none.
    if ((error as { code?: unknown }).code === 1) return undefined
    throw error
  }
}

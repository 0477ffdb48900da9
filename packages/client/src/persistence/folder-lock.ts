import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { StoreBusy } from './store.ts'

const run = promisify(execFile)

export interface FolderLock {
  /** Idempotent. */
  release(): Promise<void>
}

/**
 * Holds a folder for one process; free at once when that process ends, also by SIGKILL. Rejects with StoreBusy.
 * Where the system has names that die with their process (Linux: abstract sockets, within one network namespace;
 * Windows: pipes) it is such a name; elsewhere a file with the holder's process id and start time.
 */
export async function lockFolder(folder: string, platform: string = process.platform): Promise<FolderLock> {
  const address = await addressOf(folder, platform)
  return address === undefined ? lockByFile(folder) : lockByName(folder, address)
}

async function addressOf(folder: string, platform: string): Promise<string | undefined> {
  // By device and inode, so that every path to the folder gives the same name.
  const { dev, ino } = await stat(folder, { bigint: true })
  if (platform === 'linux') return `\0sluice-client-${dev}-${ino}`
  if (platform !== 'win32') return undefined
  const digest = createHash('sha256').update(await realpath(folder))
  return `\\\\.\\pipe\\sluice-client-${digest.digest('hex')}`
}

async function lockByName(folder: string, address: string): Promise<FolderLock> {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? busy(folder) : error),
    )
    server.listen(address, resolve)
  })
  server.unref()
  return { release: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}

async function lockByFile(folder: string): Promise<FolderLock> {
  const path = join(folder, 'lock')
  const mine = JSON.stringify({ pid: process.pid, started: await startOf(process.pid), by: token() })
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await writeFile(path, mine, { flag: 'wx' })
      return { release: () => releaseFile(path, mine) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    await removeStale(folder, path)
  }
  throw busy(folder)
}

/** Rejects with StoreBusy when the holder lives. Two processes may find the same dead holder: one rename wins. */
async function removeStale(folder: string, path: string): Promise<void> {
  const held = await textOf(path)
  if (held === undefined) return
  if (await holderLives(held)) throw busy(folder)
  const aside = `${path}.${token()}`
  await rename(path, aside).catch(() => {})
  const moved = await textOf(aside)
  if (moved !== undefined && moved !== held) {
    // Somebody else was faster, and this is their new lock.
    await writeFile(path, moved, { flag: 'wx' }).catch(() => {})
  }
  await rm(aside, { force: true })
}

async function holderLives(held: string): Promise<boolean> {
  try {
    const { pid, started } = JSON.parse(held) as { pid: number; started: string }
    return (await startOf(pid)) === started
  } catch {
    return false // No such process, or half a file: its writer was killed while writing it.
  }
}

/** Process ids are used again; a process id with its start time is not. Rejects when there is no such process. */
async function startOf(pid: number): Promise<string> {
  const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)], { env: { LC_ALL: 'C' } })
  return stdout.trim()
}

async function releaseFile(path: string, mine: string): Promise<void> {
  if ((await textOf(path)) === mine) await rm(path, { force: true })
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

function token(): string {
  return randomBytes(6).toString('hex')
}

function busy(folder: string): StoreBusy {
  return new StoreBusy(`Another process uses the store in ${folder}`)
}

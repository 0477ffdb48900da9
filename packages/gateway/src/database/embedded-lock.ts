import { mkdir, realpath } from 'node:fs/promises'
import { DataDirectoryLocked } from './data-directory-locked.ts'
import { lockByFile } from './lock-by-file.ts'
import { lockBySocket } from './lock-by-socket.ts'

/** What keeps other processes away from a data directory, as long as this process lives or until `release`. */
export interface EmbeddedLock {
  /** Idempotent. */
  release(): Promise<void>
}

/** The holder's process id where it is known, else undefined; or the lock. */
export type LockAttempt = { readonly lock: EmbeddedLock } | { readonly holder: number | undefined }

/**
 * Keeps a data directory, made when missing, for this process alone: PGlite opens one that another process has open
 * without complaint, and rows vanish (LEDGER rule 2). The lock is free at once after SIGKILL. Does not keep the
 * process alive. It excludes processes of this machine that see the same network namespace (Linux) or the same
 * processes (others): not two containers, nor two machines with one network folder.
 * Rejects with {@link DataDirectoryLocked} while another process, or another call in this one, holds it.
 */
export async function lockDataDirectory(directory: string): Promise<EmbeddedLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const real = await realpath(directory)
  const hasSocketNames = process.platform === 'linux' || process.platform === 'win32'
  const attempt = await (hasSocketNames ? lockBySocket(real) : lockByFile(real))
  if ('lock' in attempt) return attempt.lock
  throw new DataDirectoryLocked(directory, attempt.holder)
}

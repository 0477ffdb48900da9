import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { lockFolder } from './folder-lock.ts'
import { openFolderPart } from './folder-part.ts'
import { FolderRecords } from './folder-records.ts'
import type { AccountStore, KeptFile, Store } from './store.ts'

// Measured: Node 20's openAsBlob reports a file of 5 GiB as one of 1 GiB.
const BLOB_LIMIT_BYTES = 2 ** 32

interface Finished {
  readonly path: string
  readonly size: number
  readonly mediaType: string
}

/**
 * A store in a folder, each account in one of its own (`<path>/<domain>/<account>`), used by one process at a
 * time. `path` defaults to `$XDG_STATE_HOME/sluice` (`~/.local/state/sluice`). Finished downloads go to
 * `downloadDir`, by default `downloads` in the account's folder; logging out leaves them alone.
 */
export function folderStore(
  path: string = defaultPath(),
  options: { downloadDir?: string | undefined } = {},
): Store {
  return {
    async open(account) {
      const folder = accountFolder(path, account)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const lock = await lockFolder(folder)
      const downloadDir = options.downloadDir ?? join(folder, 'downloads')
      const records = new FolderRecords(join(folder, 'records'))
      await records.removeLeftovers().catch(async (error: unknown) => {
        await lock.release()
        throw error
      })
      return openAccount({ folder, downloadDir, records, release: () => lock.release() })
    },
  }
}

function openAccount(needs: {
  folder: string
  downloadDir: string
  records: FolderRecords
  release: () => Promise<void>
}): AccountStore {
  const { folder, downloadDir, records } = needs
  const partPath = (id: string) => join(folder, 'parts', createHash('sha256').update(id).digest('hex'))
  // Beside the download's own record, under a key that no message id can be.
  const finishedKey = (id: string) => `finished\0${id}`
  let over = false
  // What a later holder of the folder has written is never replaced.
  const whileOpen = () => {
    if (over) throw new Error('The store is closed')
  }
  return {
    get: (table, key) => records.get(table, key),
    async put(table, key, value) {
      whileOpen()
      await records.put(table, key, value)
    },
    async delete(table, key) {
      whileOpen()
      await records.delete(table, key)
      if (table === 'downloads') await records.delete(table, finishedKey(key))
    },
    entries: async (table) => (await records.entries(table)).filter(([key]) => !key.includes('\0')),
    async part(id) {
      whileOpen()
      return openFolderPart({
        path: partPath(id),
        downloadDir,
        onFinished: async (finished) => {
          whileOpen()
          await records.put('downloads', finishedKey(id), finished)
          return keptFile(finished)
        },
      })
    },
    async kept(id) {
      const finished = (await records.get('downloads', finishedKey(id))) as Finished | undefined
      if (!finished) return undefined
      const held = await stat(finished.path).catch(() => undefined)
      return held?.size === finished.size ? keptFile(finished) : undefined
    },
    async forget() {
      over = true
      await records.settle()
      const names = await readdir(folder)
      const ours = names.filter((name) => name === 'records' || name === 'parts')
      await Promise.all(ours.map((name) => rm(join(folder, name), { recursive: true, force: true })))
    },
    async close() {
      over = true
      await records.settle()
      await needs.release()
    },
  }
}

async function keptFile({ path, size, mediaType }: Finished): Promise<KeptFile> {
  if (size >= BLOB_LIMIT_BYTES) return { size, path }
  return { size, path, blob: await openAsBlob(path, { type: mediaType }) }
}

function accountFolder(path: string, account: string): string {
  const at = account.lastIndexOf('@')
  return join(path, segment(account.slice(at + 1)), segment(account.slice(0, Math.max(at, 0))))
}

/** One name of a path, whatever the JID holds: `..`, dots first and separators never reach the file system. */
function segment(text: string): string {
  return encodeURIComponent(text).replace(/^\./, '%2E') || '_'
}

function defaultPath(): string {
  return join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'sluice')
}

import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { OperatorError } from './operator-error.ts'

/**
 * `sun_path` holds 104 bytes on macOS and 108 on Linux, with a final NUL. A longer path is silently cut, and the
 * socket made elsewhere. (LEDGER rule 2)
 */
const MAX_PATH_BYTES = 103

/** Where the gateway of this data directory listens for its operator. */
export function controlPath(dataDir: string): string {
  return join(dataDir, 'control.sock')
}

/**
 * Has `use` bind or reach the socket at `path`: under that name, or if it is too long for a socket under a short one
 * that leads there and is gone afterwards. So two processes share nothing but the directory, whatever their
 * temporary folders are.
 */
export async function throughShortPath<T>(path: string, use: (short: string) => Promise<T>): Promise<T> {
  if (fits(path)) return use(path)
  const folder = await folderOfLinks(path)
  try {
    const link = join(folder, 'd')
    await symlink(dirname(path), link)
    return await use(join(link, basename(path)))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Random and only ours: passwords go through the socket. */
async function folderOfLinks(path: string): Promise<string> {
  const short = (folder: string) => fits(join(folder, 'sluice-XXXXXX', 'd', basename(path)))
  const parent = short(tmpdir()) ? tmpdir() : '/tmp'
  try {
    return await mkdtemp(join(parent, 'sluice-'))
  } catch (cause) {
    const { message } = cause as Error
    throw new OperatorError(
      `${path} is too long for a socket, and it cannot get a shorter name: ${message}`,
      {
        cause,
      },
    )
  }
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_PATH_BYTES
}

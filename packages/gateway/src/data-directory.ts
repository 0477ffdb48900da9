import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'
import { OperatorError } from './operations/operator-error.ts'

export function databaseIn(dataDir: string): string {
  return join(dataDir, 'database')
}

export function blobsIn(dataDir: string): string {
  return join(dataDir, 'blobs')
}

/**
 * Whether a gateway with this configuration has run here; true where it keeps nothing here.
 * @throws {OperatorError} when the data directory is none, or cannot be looked into.
 */
export async function hasRun({ dataDir, databaseUrl, s3 }: Config): Promise<boolean> {
  if (databaseUrl === undefined) return isDirectory(databaseIn(dataDir), dataDir)
  return s3 !== undefined || isDirectory(blobsIn(dataDir), dataDir)
}

/**
 * False when there is nothing at `path`, which is the data directory or lies in it.
 * @throws {OperatorError} when there is something else, or it cannot be looked at.
 */
export async function isDirectory(path: string, dataDir = path): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return false
    if (code !== 'ENOTDIR')
      throw new OperatorError(`SLUICE_DATA_DIR ${dataDir} cannot be used: ${message}`, { cause })
  }
  throw new OperatorError(`SLUICE_DATA_DIR ${dataDir} is not a directory`)
}

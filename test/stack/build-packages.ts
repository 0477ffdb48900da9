import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc')

/** Brings `dist` up to date, as `npm ci` does. */
export async function buildPackages(): Promise<void> {
  const packages = ['protocol', 'client', 'gateway'].map((name) => `packages/${name}`)
  await promisify(execFile)(process.execPath, [TSC, '-b', ...packages], { cwd: ROOT })
}

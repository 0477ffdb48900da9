import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildForBrowsers } from '../../scripts/browser-build.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const { resolve } = createRequire(import.meta.url)
const TSC = resolve('typescript/bin/tsc')
const VITE = join(dirname(resolve('vite/package.json')), 'bin/vite.js')

/** Brings `dist` and the page up to date, as `npm ci` does. */
export async function buildPackages(): Promise<void> {
  const packages = ['protocol', 'client', 'gateway'].map((name) => `packages/${name}`)
  await run(TSC, '-b', ...packages)
  await buildForBrowsers()
  await buildPage()
}

/** Brings the page that the gateway serves up to date. */
export async function buildPage(): Promise<void> {
  const made = await stat(join(ROOT, 'packages/gateway/page/index.html')).catch(() => undefined)
  // A build empties its folder first, which a suite beside this one may be reading.
  if (made && made.mtimeMs > (await newestSource())) return
  await run(VITE, 'build', 'packages/page', '--logLevel', 'warn')
}

async function newestSource(): Promise<number> {
  let newest = 0
  for (const name of ['protocol/src', 'client/src', 'page']) {
    const folder = join(ROOT, 'packages', name)
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.parentPath.includes('node_modules') || /\.test\.tsx?$/.test(entry.name))
        continue
      newest = Math.max(newest, (await stat(join(entry.parentPath, entry.name))).mtimeMs)
    }
  }
  return newest
}

async function run(program: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [program, ...args], { cwd: ROOT })
}

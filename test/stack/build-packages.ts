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
  await buildClientForBrowsers()
  await buildPage()
}

/** Brings what the client's package has for browsers up to date. */
export async function buildClientForBrowsers(): Promise<void> {
  // A build empties its folder first, which a suite beside this one may be reading.
  if (await isNewer('packages/client/dist/sluice.min.js', ['protocol/src', 'client/src'])) return
  await buildForBrowsers()
}

/** Brings the page that the gateway serves up to date. */
export async function buildPage(): Promise<void> {
  if (await isNewer('packages/gateway/page/index.html', ['protocol/src', 'client/src', 'page'])) return
  await run(VITE, 'build', 'packages/page', '--logLevel', 'warn')
}

async function isNewer(file: string, sources: readonly string[]): Promise<boolean> {
  const made = await stat(join(ROOT, file)).catch(() => undefined)
  return made !== undefined && made.mtimeMs > (await newestOf(sources))
}

async function newestOf(sources: readonly string[]): Promise<number> {
  let newest = 0
  for (const name of sources) {
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

import { gzipSync } from 'node:zlib'
import { bundleForBrowsers, withImports } from './browser-build.ts'

/** What a page loads of the SDK, minified and gzipped file by file, in KiB: see docs/adr/0012. */
const LIMITS = { core: 30, connected: 50 }

/** Fetched by every `connect`, beside the way to the server; the other parts are for what few need. */
const WITH_CONNECT = [
  'open-transfers.js',
  'browser-http-transport.js',
  'indexed-db-account.js',
  'tab-sharing.js',
  'web-tabs.js',
]

const chunks = await bundleForBrowsers({ minify: true })
const core = kibOf(['index.js'])
const connected = kibOf(['index.js', ...WITH_CONNECT])
for (const [name, size, limit] of [
  ['core', core, LIMITS.core],
  ['connected', connected, LIMITS.connected],
] as const) {
  console.log(`${name.padEnd(10)}${size.toFixed(1).padStart(6)} KiB of ${limit}`)
  if (size > limit) process.exitCode = 1
}
if (core < 5) throw new Error('saw next to nothing: the check itself is broken')

function kibOf(fileNames: readonly string[]): number {
  const files = new Set(fileNames.flatMap((name) => [...withImports(name, chunks)]))
  const bytes = [...files].map(({ code }) => gzipSync(code, { level: 9 }).length)
  return bytes.reduce((sum, size) => sum + size, 0) / 1024
}

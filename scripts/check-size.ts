import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'

/** What a page loads with the SDK, minified and gzipped file by file, in KiB: see docs/adr/0011. */
const LIMITS = { core: 30, connected: 46 }

/** Loaded by every `connect`, beside the way to the server; other dynamic imports are for what few need. */
const WITH_CONNECT = 'packages/client/src/transfers/open-transfers.ts'

const { metafile, outputFiles } = await build({
  stdin: { contents: `export * from '@sluice/client'`, resolveDir: process.cwd(), sourcefile: 'app.js' },
  bundle: true,
  minify: true,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2023',
  conditions: ['@sluice/source', 'browser'],
  outdir: 'out',
  write: false,
  metafile: true,
  logLevel: 'error',
})

const core = withImports(chunkOf('app.js'))
const connected = withImports(chunkOf(WITH_CONNECT), core)
const sizes = { core: kibOf(core), connected: kibOf(connected) }
for (const [name, limit] of Object.entries(LIMITS)) {
  const size = sizes[name as keyof typeof sizes]
  console.log(`${name.padEnd(10)}${size.toFixed(1).padStart(6)} KiB of ${limit}`)
  if (size > limit) process.exitCode = 1
}
if (core.size === 0 || sizes.core < 5) throw new Error('saw next to nothing: the check itself is broken')

function chunkOf(entry: string): string {
  const found = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === entry)
  if (!found) throw new Error(`${entry} is no chunk of its own`)
  return found[0]
}

/** The file and what it imports at once, beside what is there already. */
function withImports(file: string, there: ReadonlySet<string> = new Set()): Set<string> {
  const files = new Set([...there, file])
  for (const next of files) {
    const { imports } = metafile.outputs[next] as Metafile['outputs'][string]
    for (const { path, kind, external } of imports)
      if (kind === 'import-statement' && !external) files.add(path)
  }
  return files
}

function kibOf(files: ReadonlySet<string>): number {
  const bytes = outputFiles
    .filter(({ path }) => [...files].some((file) => path.endsWith(`/${file}`)))
    .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0)
  return bytes / 1024
}

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type OutputAsset, type OutputChunk, type OutputOptions, type Plugin, rolldown } from 'rolldown'

const CLIENT = fileURLToPath(new URL('../packages/client/', import.meta.url))
const SOURCE = `${CLIENT}src/`
const FOLDER = `${CLIENT}dist/browser/`
const MODULES = { index: 'browser.ts', 'image-worker': 'media/image-worker.ts' }

/**
 * @sluice/client for browsers, as ES modules: `index.js`, what it imports in one file `core.js`, what it fetches later, and
 * the worker. xmpp.js comes without what only Node needs, so that no bundler has to be told how to find it.
 */
export async function bundleForBrowsers({ minify }: { minify: boolean }): Promise<OutputChunk[]> {
  const parts = chunksOf(await generate(MODULES, {}))
  const core = new Set([...withImports('index.js', parts)].flatMap(({ moduleIds }) => moduleIds))
  const groups = [{ name: 'core', test: (id: string) => core.has(id) }]
  return chunksOf(await generate(MODULES, { minify, sourcemap: !minify, codeSplitting: { groups } }))
}

/** Writes it to `dist/browser`, and `dist/sluice.min.js` for a script tag, whose exports are the global `Sluice`. */
export async function buildForBrowsers(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(FOLDER, { recursive: true })
  for (const { fileName, code, map } of await bundleForBrowsers({ minify: false })) {
    const link = map ? `//# sourceMappingURL=${fileName}.map\n` : ''
    await writeFile(FOLDER + fileName, code + link)
    if (map) await writeFile(`${FOLDER}${fileName}.map`, map.toString())
  }
  const { version } = JSON.parse(await readFile(`${CLIENT}package.json`, 'utf8')) as { version: string }
  const banner = `/*! @sluice/client ${version} | MIT */`
  const [script] = chunksOf(
    await generate(
      { index: 'browser.ts' },
      { format: 'iife', name: 'Sluice', banner, minify: true, codeSplitting: false },
    ),
  )
  await writeFile(`${CLIENT}dist/sluice.min.js`, script?.code ?? '')
}

/** A file and what it imports at once. */
export function withImports(fileName: string, chunks: readonly OutputChunk[]): Set<OutputChunk> {
  const found = new Set<OutputChunk>()
  const names = new Set([fileName])
  for (const name of names) {
    const chunk = chunks.find((each) => each.fileName === name)
    if (!chunk) throw new Error(`There is no ${name}`)
    found.add(chunk)
    for (const imported of chunk.imports) names.add(imported)
  }
  return found
}

async function generate(
  entries: Readonly<Record<string, string>>,
  output: OutputOptions,
): Promise<(OutputChunk | OutputAsset)[]> {
  const build = await rolldown({
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, SOURCE + file])),
    platform: 'browser',
    preserveEntrySignatures: 'strict',
    resolve: { conditionNames: ['@sluice/source', 'browser', 'import', 'default'] },
    transform: {
      target: 'es2022',
      // Where a script has none, the worker's file is not found, and what it would do is done without.
      ...(output.format === 'iife' && { define: { 'import.meta': '{}' } }),
    },
    plugins: [lightParts],
  })
  try {
    const names = { dir: FOLDER, entryFileNames: '[name].js', chunkFileNames: '[name].js' }
    return (await build.generate({ format: 'es', ...names, ...output })).output
  } finally {
    await build.close()
  }
}

const lightParts: Plugin = {
  name: 'light-parts',
  async resolveId(id, importer) {
    if (id === 'events') return `${SOURCE}session/event-emitter.ts`
    if (id === '@xmpp/jid') return `${SOURCE}session/unread-jid.ts`
    // Its other half is CommonJS.
    if (id.startsWith('ltx/lib/')) return this.resolve(id.replace('ltx/lib/', 'ltx/src/'), importer)
    return null
  },
}

function chunksOf(output: readonly (OutputChunk | OutputAsset)[]): OutputChunk[] {
  return output.filter((file) => file.type === 'chunk')
}

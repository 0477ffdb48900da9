import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const CLIENT = fileURLToPath(new URL('../packages/client/', import.meta.url))

/** Makes `dist/sluice.min.js` of @sluice/client from its sources: one script, whose exports are the global `Sluice`. */
export async function buildScriptTag(): Promise<void> {
  const { version } = JSON.parse(await readFile(`${CLIENT}package.json`, 'utf8')) as { version: string }
  await build({
    entryPoints: [`${CLIENT}src/browser.ts`],
    outfile: `${CLIENT}dist/sluice.min.js`,
    bundle: true,
    minify: true,
    format: 'iife',
    globalName: 'Sluice',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@sluice/source'],
    banner: { js: `/*! @sluice/client ${version} | MIT */` },
    logLevel: 'warning',
  })
}

import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** What a page loads: the path below its folder, and the text. */
export type Bundle = ReadonlyMap<string, string>

// esbuild does not follow `new Worker(new URL(…))`, as other bundlers do.
const WORKER = new URL('../../packages/client/src/media/image-worker.ts', import.meta.url)

export interface BundleOptions {
  /** Packages that stand in for others. */
  readonly alias?: Readonly<Record<string, string>> | undefined
  /** What is imported later comes at once: for suites that open hundreds of pages. */
  readonly inOneFile?: boolean | undefined
}

/**
 * A TypeScript entry and all it imports, from the sources, as ES modules for a page; the entry is `entry.js`. The worker
 * of the SDK is there, too.
 */
export async function bundle(
  entry: URL,
  { alias = {}, inOneFile = false }: BundleOptions = {},
): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [
      { in: fileURLToPath(entry), out: 'entry' },
      { in: fileURLToPath(WORKER), out: 'image-worker' },
    ],
    bundle: true,
    splitting: !inOneFile,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['@sluice/source'],
    alias: { ...alias },
    outdir: '/',
    // Maps would be two thirds of what each page of a test loads.
    sourcemap: false,
    logLevel: 'silent',
  })
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]))
}

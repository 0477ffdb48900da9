import { execFile } from 'node:child_process'
import { copyFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build as esbuild } from 'esbuild'
import webpack from 'webpack'

const execute = promisify(execFile)
const VITE = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')

/** Each builds `index.html` and `main.js` of a folder into its `dist`, with what it does by itself. */
export const BUNDLERS: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  async vite(folder) {
    await execute(process.execPath, [VITE, 'build', folder, '--logLevel', 'warn'])
  },
  async webpack(folder) {
    await copyPage(folder)
    const stats = await promisify<webpack.Configuration, webpack.Stats | undefined>(webpack)({
      mode: 'production',
      context: folder,
      entry: './main.js',
      output: { path: join(folder, 'dist'), filename: 'main.js' },
    })
    if (stats?.hasErrors() || stats?.hasWarnings()) throw new Error(stats.toString())
  },
  async esbuild(folder) {
    await copyPage(folder)
    const { warnings } = await esbuild({
      absWorkingDir: folder,
      entryPoints: ['main.js'],
      outdir: 'dist',
      bundle: true,
      splitting: true,
      format: 'esm',
    })
    if (warnings[0]) throw new Error(warnings[0].text)
  },
}

async function copyPage(folder: string): Promise<void> {
  await mkdir(join(folder, 'dist'), { recursive: true })
  await copyFile(join(folder, 'index.html'), join(folder, 'dist/index.html'))
}

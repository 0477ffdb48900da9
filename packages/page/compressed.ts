import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const brotli = promisify(brotliCompress)
const gzipped = promisify(gzip)

const WORTH_IT = /\.(html|js|css|svg)$/

/** Lays `<file>.br` and `<file>.gz` beside each text of the build, so that the gateway compresses nothing. */
export function compressed(): Plugin {
  let folder = ''
  return {
    name: 'compressed',
    apply: 'build',
    configResolved({ build }) {
      folder = build.outDir
    },
    async closeBundle() {
      for (const entry of await readdir(folder, { recursive: true })) {
        if (!WORTH_IT.test(entry)) continue
        const path = join(folder, entry)
        const bytes = await readFile(path)
        await writeFile(`${path}.gz`, await gzipped(bytes, { level: 9 }))
        await writeFile(
          `${path}.br`,
          await brotli(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
        )
      }
    },
  }
}

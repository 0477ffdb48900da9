import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { typeOnlyModules } from './type-only-modules.ts'

/** The core that must be covered, and how far: percent of branches. */
const CORE = ['packages/gateway/src/transfer', 'packages/protocol/src']
const BRANCHES = 95

/** Reports on what the processes of the run wrote into `folder` (NODE_V8_COVERAGE); false below the threshold. */
export async function coreIsCovered(folder: string, root: string): Promise<boolean> {
  const c8 = createRequire(import.meta.url).resolve('c8/bin/c8.js')
  const typeOnly = (await Promise.all(CORE.map((core) => typeOnlyModules(join(root, core))))).flat()
  const child = spawn(
    process.execPath,
    [
      c8,
      'report',
      `--temp-directory=${folder}`,
      '--all',
      ...CORE.map((core) => `--include=${core}/**/*.ts`),
      '--exclude=**/*.test.ts',
      '--exclude=**/*.contract.ts',
      '--exclude=**/*.d.ts',
      ...typeOnly.map((path) => `--exclude=${relative(root, path)}`),
      '--reporter=text',
      '--reporter=html',
      '--check-coverage',
      `--branches=${BRANCHES}`,
      '--lines=0',
      '--functions=0',
      '--statements=0',
    ],
    { cwd: root, stdio: 'inherit' },
  )
  const [code] = await once(child, 'exit')
  return code === 0
}

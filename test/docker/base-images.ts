import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const DOCKER = fileURLToPath(new URL('../../docker/', import.meta.url))
const PULL_MS = 5 * 60_000
const BUILD_MS = 15 * 60_000

/** Sees to it that the engine has what docker/ builds on: by pulling it, or by docker/offline where nothing can be pulled. */
export async function provideBaseImages(env: NodeJS.ProcessEnv): Promise<void> {
  const pulled = await Promise.all(
    (await baseImages()).map(async (image) => {
      const has = ['image', 'inspect', image]
      return (await works(has, env)) || works(['pull', '--quiet', image], env)
    }),
  )
  if (!pulled.every(Boolean)) {
    const options = { env, timeout: BUILD_MS, maxBuffer: 16 * 2 ** 20 }
    await inTurn(fileURLToPath(new URL('../../docker/offline/build.sh', import.meta.url)), [], options)
  }
}

/** Runs a build; suites side by side would make the same images twice. */
export function inTurn(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv; timeout: number; maxBuffer: number },
): Promise<unknown> {
  return run('flock', [join(tmpdir(), 'sluice-images.lock'), command, ...args], options)
}

/** Every image that docker/ names and does not build. */
async function baseImages(): Promise<string[]> {
  const text = await Promise.all(
    ['Dockerfile', 'compose.yaml'].map((file) => readFile(DOCKER + file, 'utf8')),
  )
  const names = [...text.join('\n').matchAll(/^(?:FROM| +image:) (\S+:\S+)/gm)].map(([, name]) =>
    String(name),
  )
  return [...new Set(names)].filter((name) => !name.startsWith('sluice/'))
}

function works(args: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  return run('docker', [...args], { env, timeout: PULL_MS }).then(
    () => true,
    () => false,
  )
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../packages/gateway/src/cli.ts', import.meta.url))
const LIMIT_MS = 60_000

export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs `sluice <args>` from source, for a minute at most; throws with its error output when it fails, unless `mayFail`. */
export async function sluice(
  args: readonly string[],
  options: { env: Record<string, string>; input?: string; mayFail?: boolean },
): Promise<CliResult> {
  const child = spawn(process.execPath, ['--conditions=@sluice/source', '--import=tsx', CLI, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  child.stdin.on('error', () => {}) // one that ends without reading it
  child.stdin.end(options.input ?? '')
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (code === null || (code !== 0 && !options.mayFail))
    throw new Error(`sluice ${args.join(' ')} ended with ${code ?? signal}: ${stderr}${stdout}`)
  return { code, stdout, stderr }
}

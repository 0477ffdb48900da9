import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { answers, Child } from './child.ts'
import { freePort } from './free-port.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const RUN = {
  source: ['--conditions=@sluice/source', '--import=tsx', join(ROOT, 'packages/gateway/src/cli.ts')],
  dist: [join(ROOT, 'packages/gateway/dist/cli.js')],
} as const

export interface GatewayOptions {
  /**
   * SLUICE_* variables; those of the test run itself are not handed on. Without SLUICE_PORT it takes a free port,
   * without SLUICE_DATA_DIR a new folder that `stop` removes: give the old ones to start a killed gateway again.
   */
  env?: Readonly<Record<string, string>>
  /** Resolve as soon as the process runs, without waiting for /readyz. */
  readiness?: 'wait' | 'ignore'
  /** `dist` must have been built. It runs without the memory that the source's loader and coverage take. */
  run?: 'source' | 'dist'
}

export interface Gateway {
  readonly url: string
  readonly pid: number
  readonly dataDir: string
  /** What it logged so far. */
  readonly logs: string
  /** Resolves once it has logged `text` so many times; rejects, with its logs, if it ends first. */
  logged(text: string, times?: number): Promise<void>
  /** Resolves with its exit code or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** SIGSTOP, SIGCONT and whatever else it should live through. */
  signal(name: NodeJS.Signals): void
  /** Ends it without any order and resolves once it is gone. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Ends it in good order and removes the data folder that it made itself. Also after a kill; twice does nothing more. */
  stop(): Promise<void>
}

/** A gateway as a process of its own. Rejects with its logs if it does not get ready. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const port = options.env?.SLUICE_PORT ?? String(await freePort())
  const dataDir = options.env?.SLUICE_DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'sluice-')))
  const url = `http://127.0.0.1:${port}`
  const { run = 'source' } = options
  const child = await Child.start(process.execPath, [...RUN[run], 'start'], {
    cwd: ROOT,
    env: {
      ...environmentWithoutSluice(),
      ...(run === 'dist' && { NODE_V8_COVERAGE: undefined }),
      SLUICE_HOST: '127.0.0.1',
      ...options.env,
      SLUICE_PORT: port,
      SLUICE_DATA_DIR: dataDir,
    },
  })
  const stop = async () => {
    child.kill('SIGCONT') // a stopped process would not see SIGTERM
    await child.stop('SIGTERM', 20_000)
    if (options.env?.SLUICE_DATA_DIR === undefined) await rm(dataDir, { recursive: true, force: true })
  }
  try {
    if (options.readiness !== 'ignore')
      await child.waitUntil(() => answers(`${url}/readyz`), 'the gateway', 60_000)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    pid: child.pid,
    dataDir,
    get logs() {
      return child.output
    },
    logged: (text, times = 1) =>
      child.waitUntil(() => child.output.split(text).length > times, `${text} (${times})`, 60_000),
    exited: child.exited,
    signal: (name) => child.kill(name),
    async kill(signal = 'SIGKILL') {
      child.kill(signal)
      await child.exited
    },
    stop,
  }
}

function environmentWithoutSluice(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_')))
}

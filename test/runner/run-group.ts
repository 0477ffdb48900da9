import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { GroupCounts } from './summary.ts'

const SPEC_PROCESS = fileURLToPath(new URL('spec-process.ts', import.meta.url))

export interface RunGroupOptions {
  readonly name: string
  readonly files: readonly string[]
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  readonly limitMs: number
  /** How long after its last test the process may take to end by itself. */
  readonly afterTestsMs?: number
  readonly print: (line: string) => void
  /** Ends the group and everything that it started. */
  readonly signal: AbortSignal
}

/** Runs the files in a mocha process that leads a process group of its own, so that nothing outlives it. */
export async function runGroup(
  options: RunGroupOptions,
): Promise<{ counts?: GroupCounts; trouble?: string }> {
  const child = spawn(
    process.execPath,
    ['--conditions=@sluice/source', '--import=tsx', SPEC_PROCESS, ...options.files],
    { cwd: options.root, env: options.env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  )
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', (line) => options.print(line))
  }

  let counts: GroupCounts | undefined
  let trouble: string | undefined
  const end = (why: string) => {
    trouble ??= why
    killProcessGroup(child)
  }
  const onAbort = () => end('was interrupted')
  options.signal.addEventListener('abort', onAbort)
  let timer = setTimeout(() => end(`did not end within ${options.limitMs / 60_000} minutes`), options.limitMs)
  child.on('message', (message) => {
    counts = message as GroupCounts
    clearTimeout(timer)
    timer = setTimeout(
      () => end('left something running after its last test'),
      options.afterTestsMs ?? 20_000,
    )
  })

  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  clearTimeout(timer)
  options.signal.removeEventListener('abort', onAbort)
  killProcessGroup(child) // what its tests started and forgot
  if (!counts) trouble ??= `crashed (${signal ?? `exit code ${code}`})`
  return { ...(counts ? { counts } : {}), ...(trouble ? { trouble } : {}) }
}

function killProcessGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // nobody is left in it
  }
}

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'

const KEPT_LOG_CHARACTERS = 1_000_000

/** A process that we started: its output kept, its end awaited, ended by its own pid only. */
export class Child {
  readonly pid: number
  /** Resolves with the exit code, or the signal that ended it. Never rejects. */
  readonly exited: Promise<number | NodeJS.Signals>
  readonly #process: ChildProcess
  #output = ''

  private constructor(process: ChildProcess, pid: number) {
    this.pid = pid
    this.#process = process
    this.exited = new Promise((resolve) => {
      process.once('exit', (code, signal) => resolve(code ?? signal ?? 1))
    })
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-KEPT_LOG_CHARACTERS)
      })
    }
  }

  /** Rejects when the program cannot be started. */
  static async start(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<Child> {
    const process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    await once(process, 'spawn')
    if (process.pid === undefined) throw new Error(`${command} has no pid`)
    return new Child(process, process.pid)
  }

  /** What it wrote to stdout and stderr, the last million characters. */
  get output(): string {
    return this.#output
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  /** Asks it to end, waits at most `graceMs`, then kills it. Resolves once it has ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 10_000): Promise<void> {
    if (this.running) {
      this.kill(signal)
      const hardEnd = setTimeout(() => this.kill('SIGKILL'), graceMs)
      await this.exited
      clearTimeout(hardEnd)
    }
  }

  /** Resolves once `ready` says so; asks it every 50 ms. Rejects, with the output, if the process ends first or is late. */
  async waitUntil(ready: () => boolean | Promise<boolean>, what: string, limitMs = 30_000): Promise<void> {
    const deadline = Date.now() + limitMs
    while (!(await ready())) {
      if (!this.running) throw new Error(`${what} ended before it was ready:\n${this.#output}`)
      if (Date.now() > deadline)
        throw new Error(`${what} was not ready after ${limitMs} ms:\n${this.#output}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** Whether `url` answers 200. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    return false
  }
}

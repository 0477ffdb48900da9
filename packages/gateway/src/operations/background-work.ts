import type { Clock } from '../transfer/clock.ts'
import type { Logger } from '../transfer/logger.ts'

export interface BackgroundTask {
  /** Constant, for the log. */
  readonly name: string
  /** Milliseconds of rest after each run. */
  readonly restMs: number
  /** Does one batch; `more` asks for the next one without a rest. */
  run(): Promise<{ readonly more: boolean }>
}

/** What a gateway does by itself: each task again and again, never twice at once; a failure is logged, not fatal. */
export class BackgroundWork {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #stop = new AbortController()
  readonly #tasks: readonly BackgroundTask[]
  #loops: Promise<void>[] = []

  constructor(needs: { clock: Clock; logger: Logger; tasks: readonly BackgroundTask[] }) {
    this.#clock = needs.clock
    this.#logger = needs.logger
    this.#tasks = needs.tasks
  }

  /** Once. */
  start(): void {
    this.#loops = this.#tasks.map((task) => this.#loop(task))
  }

  /** Resolves when the runs under way have ended; none begins any more. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#loops)
  }

  async #loop(task: BackgroundTask): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      const { more } = await this.#run(task)
      if (!more) await this.#clock.sleep(task.restMs, signal)
    }
  }

  async #run(task: BackgroundTask): Promise<{ readonly more: boolean }> {
    try {
      return await task.run()
    } catch (err) {
      this.#logger.warn({ err, task: task.name }, 'background task failed, it will run again')
      return { more: false }
    }
  }
}

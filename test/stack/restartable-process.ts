import type { SpawnOptions } from 'node:child_process'
import { Child } from './child.ts'

export interface RestartableOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly options: SpawnOptions
  /** What it has written, in whatever order, once it can be used. */
  readonly ready: readonly string[]
}

/**
 * A server that can be ended and started again as it was. It stays in the process group of the test, so whoever ends
 * that ends it too.
 */
export class RestartableProcess {
  readonly #how: RestartableOptions
  #child: Child
  #earlier = ''

  private constructor(how: RestartableOptions, child: Child) {
    this.#how = how
    this.#child = child
  }

  static async start(how: RestartableOptions): Promise<RestartableProcess> {
    return new RestartableProcess(how, await launch(how))
  }

  get output(): string {
    return this.#earlier + this.#child.output
  }

  async halt(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.#child.stop(signal)
  }

  async start(): Promise<void> {
    if (this.#child.running) throw new Error(`${this.#how.name} runs already`)
    this.#earlier += this.#child.output
    this.#child = await launch(this.#how)
  }
}

async function launch({ name, command, args, options, ready }: RestartableOptions): Promise<Child> {
  const child = await Child.start(command, args, options)
  try {
    await child.waitUntil(() => ready.every((text) => child.output.includes(text)), name)
  } catch (error) {
    await child.stop('SIGKILL')
    throw error
  }
  return child
}

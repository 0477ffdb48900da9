import { LoopbackNetwork, type Target } from './loopback-network.ts'
import type { TourControl } from './tour-control.ts'

/** The tour of one process: its networks stay when the gateway starts again. */
export class Tour implements TourControl {
  readonly networks: Readonly<Record<'alice' | 'bob', LoopbackNetwork>>
  #gateway = { url: '', domain: '' }
  #starts = 0
  #restart: () => void = () => {}
  #wanted = new Promise<'restart'>(() => {})

  private constructor(networks: Tour['networks']) {
    this.networks = networks
  }

  static async open(): Promise<Tour> {
    const [alice, bob] = await Promise.all([LoopbackNetwork.open(), LoopbackNetwork.open()])
    return new Tour({ alice, bob })
  }

  get gateway(): { url: string; domain: string } {
    return this.#gateway
  }

  get starts(): number {
    return this.#starts
  }

  /** To be told each time that the gateway listens, and where. */
  started(target: Target & { readonly url: string; readonly domain: string }): void {
    const { url, domain } = target
    this.#gateway = { url, domain }
    this.#starts += 1
    // Not when somebody waits for it: the gateway takes requests from now on.
    this.#wanted = new Promise((resolve) => {
      this.#restart = () => resolve('restart')
    })
    for (const network of Object.values(this.networks)) network.lead(target)
  }

  /** Resolves when somebody wants the gateway that started last to start again. */
  wanted(): Promise<'restart'> {
    return this.#wanted
  }

  restart(): void {
    this.#restart()
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.networks).map((network) => network.close()))
  }
}

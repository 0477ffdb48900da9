import { TcpProxy } from '../../test/stack/tcp-proxy.ts'
import { status } from '../../test/stack/tus-upload.ts'

const SAME_ANSWERS = 10

/** A request that began to carry a file: from which offset on. */
interface Begun {
  readonly path: string
  readonly token: string | undefined
  readonly from: number
}

/**
 * The two planes between the people and their gateway: stanzas on one line, bytes on another, which is slow, can be
 * held, and counts what it passes on.
 */
export class Network {
  readonly #gatewayUrl: string
  #stanzas!: TcpProxy
  #bytes!: TcpProxy
  #goals: { bytes: number; reached: () => void }[] = []
  readonly #begun = new Map<string, Begun>()

  private constructor(gatewayUrl: string) {
    this.#gatewayUrl = gatewayUrl
  }

  static async open(gatewayUrl: string, bytesPerSecond: number): Promise<Network> {
    const network = new Network(gatewayUrl)
    network.#stanzas = await TcpProxy.open(gatewayUrl)
    network.#bytes = await TcpProxy.open(gatewayUrl, {
      bytesPerSecond: { up: bytesPerSecond, down: bytesPerSecond },
      watch: (direction, bytes) => direction === 'up' && network.#sees(bytes),
    })
    return network
  }

  /** Where clients connect to. */
  get serverUrl(): string {
    return this.#stanzas.url
  }

  /** Where the gateway is to say that uploads and downloads are. */
  get publicUrl(): string {
    return this.#bytes.url
  }

  /** Bytes passed on so far, of both planes. */
  get passed(): { up: number; down: number } {
    const [stanzas, bytes] = [this.#stanzas.passed, this.#bytes.passed]
    return { up: stanzas.up + bytes.up, down: stanzas.down + bytes.down }
  }

  /** Resolves when `bytes` more have gone up. */
  sentUp(bytes: number): Promise<void> {
    return new Promise((reached) => this.#goals.push({ bytes: this.passed.up + bytes, reached }))
  }

  /** From now on no byte goes up; stanzas do. */
  holdUp(): void {
    this.#bytes.stall('up')
  }

  /** What is held is lost with its connection; new ones pass. */
  loseHeld(): void {
    this.#bytes.cut()
    this.#bytes.resume()
  }

  /** The file offset at which the latest upload or download began. */
  beganAt(way: 'up' | 'down'): number {
    return this.#latest(way).from
  }

  /** `received` in the gateway's state of the latest upload, once it stands still. */
  async received(): Promise<number> {
    const { path, token = '' } = this.#latest('up')
    let received = -1
    for (let same = 0; same < SAME_ANSWERS; same++) {
      const now = (await status({ url: `${this.#gatewayUrl}${path}`, token })).received
      if (now !== received) same = 0
      received = now
    }
    return received
  }

  async close(): Promise<void> {
    await this.#stanzas.close()
    await this.#bytes.close()
  }

  #latest(way: 'up' | 'down'): Begun {
    const begun = this.#begun.get(way === 'up' ? 'PATCH' : 'GET')
    if (!begun) throw new Error(`nothing went ${way} yet`)
    return begun
  }

  #sees(bytes: Uint8Array): void {
    const [head = ''] = Buffer.from(bytes.subarray(0, 4096)).toString('latin1').split('\r\n\r\n')
    const [, method, path] = /^(PATCH|GET) (\S+) HTTP/.exec(head) ?? []
    if (method !== undefined && path !== undefined) {
      const [, token] = /^authorization: Bearer (\S+)/im.exec(head) ?? []
      const [, from] = /^(?:upload-offset: |range: bytes=)(\d+)/im.exec(head) ?? []
      this.#begun.set(method, { path, token, from: Number(from ?? 0) })
    }
    this.#goals = this.#goals.filter((goal) => {
      if (this.passed.up < goal.bytes) return true
      goal.reached()
      return false
    })
  }
}

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** One TCP connection that sends what HTTP libraries would not, and reads answers with a Content-Length or none. */
export class RawConnection {
  readonly socket: Socket
  /** What TCP says went wrong: a reset, a broken pipe. */
  failure: Error | undefined
  #received = ''
  #onReceived: () => void = () => {}
  #over = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#received += text
      this.#onReceived()
    })
    // A reset is one of the ends that tests look for; `close` follows.
    socket.on('error', (error) => {
      this.failure = error
    })
    socket.on('close', () => {
      this.#over = true
      this.#onReceived()
    })
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  /** Sends a head: the request line and headers, `Host` added. */
  request(line: string, headers: Record<string, string | number>, body: string | Uint8Array = ''): void {
    const lines = Object.entries({ Host: 'gateway.example', ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    )
    this.socket.write(`${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    if (body.length > 0) this.socket.write(body)
  }

  /** The next final answer; 1xx are skipped, see {@link interim}. */
  async answer(): Promise<RawAnswer> {
    await this.interim()
    const head = await this.#upTo('\r\n\r\n')
    const [statusLine = '', ...lines] = head.split('\r\n')
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    )
    const length = Number(headers.get('content-length') ?? 0)
    await this.#until(() => this.#received.length >= length)
    const body = this.#received.slice(0, length)
    this.#received = this.#received.slice(length)
    return { status: Number(statusLine.split(' ')[1]), headers, body }
  }

  /** Statuses of the 1xx answers that came before the next final one. */
  async interim(): Promise<number[]> {
    const statuses: number[] = []
    for (;;) {
      await this.#until(() => this.#received.includes('\r\n\r\n'))
      const status = Number(this.#received.split(' ')[1])
      if (status >= 200) return statuses
      statuses.push(status)
      await this.#upTo('\r\n\r\n')
    }
  }

  /** Whether the next answer is `100 Continue`; takes nothing of it. */
  async continued(): Promise<boolean> {
    await this.#until(() => this.#received.includes('\r\n\r\n'))
    return this.#received.startsWith('HTTP/1.1 100 ')
  }

  /** Resolves when the server has closed its side. */
  async closed(): Promise<void> {
    if (!this.socket.readableEnded && !this.#over) {
      await new Promise<void>((resolve) => {
        this.socket.once('end', resolve).once('close', () => resolve())
      })
    }
    this.socket.destroy()
  }

  /** What has come and was not part of an answer yet. */
  get rest(): string {
    return this.#received
  }

  async #upTo(mark: string): Promise<string> {
    await this.#until(() => this.#received.includes(mark))
    const at = this.#received.indexOf(mark)
    const text = this.#received.slice(0, at)
    this.#received = this.#received.slice(at + mark.length)
    return text
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#over) throw new Error(`the connection ended after ${JSON.stringify(this.#received)}`)
      await new Promise<void>((resolve) => {
        this.#onReceived = resolve
      })
    }
  }
}

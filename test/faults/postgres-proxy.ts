import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * What happens to a connection on which a statement passes: nothing; its answer is lost with the connection; it
 * falls silent both ways after the answer; or the statement itself and all behind it never arrive.
 */
export type Verdict = 'pass' | 'lose-answer' | 'stall' | 'withhold'

/**
 * A proxy before PostgreSQL that reads the statements which pass (as the extended protocol sends their text)
 * and harms the connection as `judge` says. A lost answer has been executed: the server said so, nobody heard it.
 */
export class PostgresProxy {
  readonly url: string
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #stalled: Socket[] = []

  private constructor(server: Server, url: string) {
    this.#server = server
    this.url = url
  }

  static async open(target: string, judge: (statement: string) => Verdict): Promise<PostgresProxy> {
    const upstream = new URL(target)
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = new URL(target)
    url.hostname = '127.0.0.1'
    url.port = String((server.address() as { port: number }).port)
    const proxy = new PostgresProxy(server, url.href)
    server.on('connection', (near) =>
      proxy.#join(near, connect(Number(upstream.port), upstream.hostname), judge),
    )
    return proxy
  }

  #join(near: Socket, far: Socket, judge: (statement: string) => Verdict): void {
    let losing = false
    let stalling = false
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        this.#sockets.delete(one)
        other.destroy()
      })
    }
    near.on('data', (data) => {
      const verdict = judge(data.toString('latin1'))
      losing ||= verdict === 'lose-answer'
      stalling ||= verdict === 'stall'
      if (verdict === 'withhold') near.pause()
      else far.write(data)
    })
    far.on('data', (data) => {
      if (losing) near.destroy()
      else near.write(data)
      if (!stalling) return
      near.pause()
      far.pause()
      this.#stalled.push(near, far)
    })
  }

  /** Stalled connections speak again. */
  resume(): void {
    for (const socket of this.#stalled.splice(0)) socket.resume()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

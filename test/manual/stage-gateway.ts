import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openPglite } from '../../packages/gateway/src/database/pglite-database.ts'
import { freePort } from '../stack/free-port.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { TcpProxy } from '../stack/tcp-proxy.ts'
import type { GatewaySide } from './gateway-side.ts'
import { turnOver } from './node-files.ts'

/** The gateway of a stage, on the embedded backend: it is killed and started, and its data read and bent past it. */
export class StageGateway implements GatewaySide {
  /** What it calls its public address: the bytes of every device's HTTP go through here. */
  readonly http: TcpProxy
  readonly #env: Readonly<Record<string, string>>
  #gateway: Gateway

  private constructor(http: TcpProxy, env: Readonly<Record<string, string>>, gateway: Gateway) {
    this.http = http
    this.#env = env
    this.#gateway = gateway
  }

  static async start(folder: string, env: Readonly<Record<string, string>>): Promise<StageGateway> {
    const port = await freePort()
    const http = await TcpProxy.open(`http://127.0.0.1:${port}`)
    const whole = {
      ...env,
      SLUICE_PORT: String(port),
      SLUICE_PUBLIC_URL: http.url,
      SLUICE_DATA_DIR: join(folder, 'data'),
    }
    return new StageGateway(http, whole, await startGateway({ env: whole }))
  }

  /** Its own address, past the proxy. */
  get url(): string {
    return this.#gateway.url
  }

  /** Resolves once the gateway, as it runs now, has logged the text. */
  logged(text: string): Promise<void> {
    return this.#gateway.logged(text)
  }

  kill(): Promise<void> {
    return this.#gateway.kill('SIGKILL')
  }

  async startAgain(): Promise<void> {
    this.#gateway = await startGateway({ env: this.#env })
  }

  async expireUpload(messageId: string): Promise<void> {
    await this.#inDatabase((query) =>
      query(`update upload set expires_at = now() - interval '1 second' where message_id = $1`, [messageId]),
    )
    await this.#gateway.logged('"event":"expire"')
  }

  async corruptMedia(messageId: string): Promise<void> {
    const uploadId = await this.#uploadOf(messageId)
    const chunks = join(String(this.#env.SLUICE_DATA_DIR), 'blobs', uploadId)
    const [first] = await readdir(chunks)
    if (!first) throw new Error(`no object of ${uploadId}`)
    const path = join(chunks, first)
    await turnOver(path, (await stat(path)).size >> 1)
  }

  async close(): Promise<void> {
    await this.http.close()
    await this.#gateway.stop()
  }

  async #uploadOf(messageId: string): Promise<string> {
    const [row] = await this.#inDatabase((query) =>
      query('select id from upload where message_id = $1', [messageId]),
    )
    return (row as { id: string }).id
  }

  /** The embedded database belongs to the gateway's process, so the gateway rests meanwhile. */
  async #inDatabase(
    work: (query: (text: string, values: unknown[]) => Promise<object[]>) => Promise<object[]>,
  ): Promise<object[]> {
    await this.#gateway.stop()
    const database = await openPglite(join(String(this.#env.SLUICE_DATA_DIR), 'database'))
    const rows = await work(async (text, values) => (await database.query(text, values)).rows)
    await database.close()
    await this.startAgain()
    return rows
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewaySide } from '../manual/gateway-side.ts'
import { storedObjects } from '../stack/stored-objects.ts'
import type { TcpProxy } from '../stack/tcp-proxy.ts'
import type { ComposeStack } from './compose-stack.ts'

/** The gateway of a stack in containers, on PostgreSQL and MinIO. */
export class ContainerGateway implements GatewaySide {
  readonly http: TcpProxy
  readonly #stack: ComposeStack

  constructor({ stack, http }: { stack: ComposeStack; http: TcpProxy }) {
    this.http = http
    this.#stack = stack
  }

  kill(): Promise<void> {
    return this.#stack.kill(this.#stack.gateway)
  }

  startAgain(): Promise<void> {
    return this.#stack.start(this.#stack.gateway)
  }

  async expireUpload(messageId: string): Promise<void> {
    const uploadId = await this.#uploadOf(messageId)
    const where = `where id = '${uploadId}'`
    await this.#stack.query(`update upload set expires_at = now() - interval '1 second' ${where}`)
    for (let tries = 0; tries < 600; tries++) {
      if ((await this.#stack.query(`select state from upload ${where}`)) === 'expired') return
      await sleep(100)
    }
    throw new Error('The upload does not expire')
  }

  async corruptMedia(messageId: string): Promise<void> {
    const uploadId = await this.#uploadOf(messageId)
    const key = await this.#stack.query(`select key from chunk where upload_id = '${uploadId}' limit 1`)
    const objects = storedObjects({ env: await this.#stack.objectStore(), drop: async () => {} })
    const bytes = await objects.read(key)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await objects.write(key, bytes)
  }

  async close(): Promise<void> {
    await this.http.close()
  }

  async #uploadOf(messageId: string): Promise<string> {
    const literal = messageId.replaceAll("'", "''")
    const id = await this.#stack.query(`select id from upload where message_id = '${literal}'`)
    if (!id) throw new Error(`no upload of ${messageId}`)
    return id
  }
}

import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { HttpNeeds, HttpTransfer } from '../../src/http/http-needs.ts'
import { buildHttpServer } from '../../src/http/http-server.ts'
import type { Logger } from '../../src/transfer/logger.ts'

export type Script = { readonly [Name in keyof HttpTransfer]?: Partial<HttpTransfer[Name]> }

export interface ListeningGateway {
  readonly app: FastifyInstance
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** A log that a test can read. */
export class RecordingLogger implements Logger {
  readonly lines: { level: string; fields: object; message: string }[] = []
  debug = this.#level('debug')
  info = this.#level('info')
  warn = this.#level('warn')
  error = this.#level('error')

  of(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message)
  }

  #level(level: string) {
    return (fields: object, message: string) => {
      this.lines.push({ level, fields, message })
    }
  }
}

/** The real HTTP side on a real socket, over use cases that answer what the test says; the rest must not be asked. */
export function listenScripted(
  script: Script,
  needs: Partial<HttpNeeds> = {},
  host?: string,
): Promise<ListeningGateway> {
  const transfer = {
    tokens: { verify: async () => ({ owner: 'alice@example.org' }), ...script.tokens },
    createUpload: { run: unasked, ...script.createUpload },
    receiveUpload: { run: unasked, ...script.receiveUpload },
    cancelUpload: { run: unasked, ...script.cancelUpload },
    resumeUpload: { run: unasked, ...script.resumeUpload },
    discardUpload: { run: unasked, ...script.discardUpload },
    handOverHash: { run: unasked, ...script.handOverHash },
    deleteMedia: { run: unasked, ofUpload: unasked, ...script.deleteMedia },
    inspectUpload: { status: unasked, settle: unasked, ...script.inspectUpload },
    claimMessage: { run: unasked, ...script.claimMessage },
    confirmSent: { run: unasked, ...script.confirmSent },
    downloadMedia: { open: unasked, ...script.downloadMedia },
    receiveSlot: { run: unasked, ...script.receiveSlot },
  }
  const all: HttpNeeds = {
    transfer: transfer as unknown as HttpTransfer,
    limits: { maxUploadBytes: 1_000_000 },
    logger: new RecordingLogger(),
    websocketUrl: 'ws://gateway.example/xmpp-websocket',
    page: 'the page\n',
    readiness: async () => ({ database: true, store: true }),
    draining: () => false,
    ...needs,
  }
  return listen(all, host)
}

/** Listens on a free port, of the loopback if nothing else is said. */
export async function listen(needs: HttpNeeds, host = '127.0.0.1'): Promise<ListeningGateway> {
  const app = buildHttpServer(needs)
  await app.listen({ host, port: 0 })
  const { port } = app.server.address() as AddressInfo
  return {
    app,
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

async function unasked(): Promise<never> {
  throw new Error('this use case was not to be asked')
}

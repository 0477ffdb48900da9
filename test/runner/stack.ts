import { startMinio } from '../stack/minio-server.ts'
import { startPostgres } from '../stack/postgres-server.ts'
import type { StackServer } from '../stack/stack-server.ts'

export type ServerName = 'PostgreSQL' | 'MinIO'

const SERVERS: Record<ServerName, { variable: string; start: () => Promise<StackServer> }> = {
  PostgreSQL: { variable: 'SLUICE_TEST_POSTGRES_URL', start: startPostgres },
  MinIO: { variable: 'SLUICE_TEST_S3_ENDPOINT', start: startMinio },
}

/** The servers of a run: those already named in the environment are used as they are, the others started. */
export class Stack {
  /** For the mocha processes. */
  readonly environment: Readonly<Record<string, string>>
  /** Why a server is not there. */
  readonly missing: ReadonlyMap<ServerName, string>
  readonly #started: readonly StackServer[]

  private constructor(
    environment: Record<string, string>,
    missing: Map<ServerName, string>,
    started: StackServer[],
  ) {
    this.environment = environment
    this.missing = missing
    this.#started = started
  }

  static async start(names: ReadonlySet<ServerName>): Promise<Stack> {
    const environment: Record<string, string> = {}
    const missing = new Map<ServerName, string>()
    const started: StackServer[] = []
    await Promise.all(
      [...names].map(async (name) => {
        const { variable, start } = SERVERS[name]
        if (process.env[variable]) return
        try {
          const server = await start()
          started.push(server)
          environment[variable] = server.address
        } catch (error) {
          missing.set(name, error instanceof Error ? error.message : String(error))
        }
      }),
    )
    return new Stack(environment, missing, started)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#started.map((server) => server.stop()))
  }
}

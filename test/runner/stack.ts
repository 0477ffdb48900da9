import { PROGRAMS, type ProgramName } from '../stack/chat-programs.ts'
import { startDocker } from '../stack/docker-engine.ts'
import { startMinio } from '../stack/minio-server.ts'
import { startPostgres } from '../stack/postgres-server.ts'
import type { StackServer } from '../stack/stack-server.ts'

type ServerName = 'PostgreSQL' | 'MinIO' | 'Docker'

/** What suites cannot run without: servers of the whole run, and programs that they start themselves. */
export type Requirement = ServerName | ProgramName

const SERVERS: Record<ServerName, { variable: string; start: () => Promise<StackServer> }> = {
  PostgreSQL: { variable: 'SLUICE_TEST_POSTGRES_URL', start: startPostgres },
  MinIO: { variable: 'SLUICE_TEST_S3_ENDPOINT', start: startMinio },
  Docker: { variable: 'SLUICE_TEST_DOCKER_HOST', start: startDocker },
}

/** The servers of a run: those already named in the environment are used as they are, the others started. */
export class Stack {
  /** For the mocha processes. */
  readonly environment: Readonly<Record<string, string>>
  /** Why something is not there. */
  readonly missing: ReadonlyMap<Requirement, string>
  readonly #started: readonly StackServer[]

  private constructor(
    environment: Record<string, string>,
    missing: Map<Requirement, string>,
    started: StackServer[],
  ) {
    this.environment = environment
    this.missing = missing
    this.#started = started
  }

  static async start(names: ReadonlySet<Requirement>): Promise<Stack> {
    const environment: Record<string, string> = {}
    const missing = new Map<Requirement, string>()
    const started: StackServer[] = []
    await Promise.all(
      [...names].map(async (name) => {
        try {
          if (!isServer(name)) return await PROGRAMS[name]()
          const { variable, start } = SERVERS[name]
          if (process.env[variable]) return
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

function isServer(name: Requirement): name is ServerName {
  return name in SERVERS
}

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { dockerConfig } from '../stack/docker-engine.ts'
import { freePort } from '../stack/free-port.ts'
import { inTurn, provideBaseImages } from './base-images.ts'

const run = promisify(execFile)
const DOCKER = fileURLToPath(new URL('../../docker/', import.meta.url))
const MINUTE_MS = 60_000

export type Profile = 'standalone' | 'prosody' | 'ejabberd'
export type Service = Profile | 'gateway' | 'postgres' | 'minio'

export interface ComposeStackOptions {
  readonly profile: Profile
  /** Variables of `.env`; without a public URL it is the gateway's own port. */
  readonly env?: Readonly<Record<string, string>>
}

/** docker/compose.yaml, up as a project of its own, with secrets, ports and volumes of its own. */
export class ComposeStack {
  readonly gatewayUrl: string
  /** Of the chat server's WebSocket, as an http: address. */
  readonly chatUrl: string
  /** Of the chat server: XMPP with STARTTLS on 127.0.0.1. */
  readonly tcpPort: number
  /** PEM file of the certificate that the chat server has there. */
  readonly certificate: string
  readonly domain: string
  readonly gateway: Service
  readonly profile: Profile
  readonly #project: string
  readonly #folder: string
  readonly #environment: NodeJS.ProcessEnv

  private constructor(options: {
    profile: Profile
    folder: string
    environment: NodeJS.ProcessEnv
    ports: { gateway: number; websocket: number; tcp: number }
    domain: string
  }) {
    const { profile, folder, environment, ports, domain } = options
    this.profile = profile
    this.#folder = folder
    this.#environment = environment
    this.#project = `sluice-test-${randomBytes(4).toString('hex')}`
    this.gateway = profile === 'standalone' ? 'standalone' : 'gateway'
    this.gatewayUrl = `http://127.0.0.1:${ports.gateway}`
    this.chatUrl = profile === 'standalone' ? this.gatewayUrl : `http://127.0.0.1:${ports.websocket}`
    this.tcpPort = ports.tcp
    this.certificate = join(folder, 'certificate.pem')
    this.domain = domain
  }

  /** Starts what {@link buildImages} has built; resolves once all of it is healthy. */
  static async up({ profile, env = {} }: ComposeStackOptions): Promise<ComposeStack> {
    // A copy, so that secrets and .env of whoever runs the tests stay as they are.
    const folder = await mkdtemp(join(tmpdir(), 'sluice-compose-'))
    const outside = (path: string) => !/\/(secrets|\.env)$/.test(path)
    await cp(DOCKER, folder, { recursive: true, filter: outside })
    await run(join(folder, 'make-secrets.sh'))
    const ports = {
      gateway: Number(env.GATEWAY_PORT ?? (await freePort())),
      websocket: await freePort(),
      tcp: await freePort(),
    }
    const settings: Record<string, string> = {
      SLUICE_DOMAIN: 'localhost',
      SLUICE_PUBLIC_URL: `http://127.0.0.1:${ports.gateway}`,
      SLUICE_REGISTRATION: 'open',
      ...env,
      GATEWAY_PORT: String(ports.gateway),
      WEBSOCKET_PORT: String(ports.websocket),
      XMPP_PORT: String(ports.tcp),
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
    await writeFile(join(folder, '.env'), `${lines.join('\n')}\n`)
    const environment = await engineEnvironment()
    const domain = String(settings.SLUICE_DOMAIN)
    const stack = new ComposeStack({ profile, folder, environment, ports, domain })
    try {
      await stack.compose(['up', '--detach', '--no-build', '--wait', '--wait-timeout', '120'])
      await stack.ready()
      await stack.#keepCertificate()
    } catch (error) {
      const logs = await stack.compose(['logs', '--no-color', '--tail', '50']).catch(String)
      await stack.down()
      throw new Error(`The stack does not come up:\n${logs}`, { cause: error })
    }
    return stack
  }

  /** `docker compose …` on this project; answers its standard output. */
  async compose(args: readonly string[], limitMs = 3 * MINUTE_MS): Promise<string> {
    const { stdout } = await run(
      'docker',
      ['compose', '--project-name', this.#project, '--profile', this.profile, ...args],
      { cwd: this.#folder, env: this.#environment, timeout: limitMs, maxBuffer: 64 * 2 ** 20 },
    )
    return stdout
  }

  async docker(args: readonly string[]): Promise<string> {
    const { stdout } = await run('docker', [...args], { env: this.#environment, timeout: MINUTE_MS })
    return stdout.trim()
  }

  async container(service: Service): Promise<string> {
    return (await this.compose(['ps', '--all', '--quiet', service])).trim()
  }

  /** SIGKILL out of the blue: the engine takes it for a crash, and the restart policy has to do its work. */
  async crash(service: Service): Promise<void> {
    const pid = await this.docker(['inspect', '--format', '{{.State.Pid}}', await this.container(service)])
    // From inside of its own namespace the first process cannot be killed.
    const outside = ['run', '--rm', '--pid=host', '--network=none', await this.#debian()]
    await this.docker([...outside, 'sh', '-c', `kill -KILL ${pid}`])
  }

  /** SIGKILL, and it stays down until `start`. */
  async kill(service: Service): Promise<void> {
    await this.docker(['kill', '--signal=KILL', await this.container(service)])
  }

  /** Resolves once it is healthy. */
  async start(service: Service): Promise<void> {
    await this.compose(['up', '--detach', '--no-build', '--no-recreate', '--wait', service])
  }

  /** Resolves once the gateway says that all it stands on answers, and that the chat server's users reach it. */
  async ready(): Promise<void> {
    const deadline = Date.now() + MINUTE_MS
    for (;;) {
      const state = await fetch(`${this.gatewayUrl}/readyz`)
        .then(async (answer) => (await answer.json()) as { ready?: boolean; link?: string })
        .catch((error: unknown) => ({ error: String(error) }))
      if ('ready' in state && state.ready && (state.link ?? 'online') === 'online') return
      if (Date.now() > deadline) throw new Error(`The gateway is not ready: ${JSON.stringify(state)}`)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async restarts(service: Service): Promise<number> {
    return Number(
      await this.docker(['inspect', '--format', '{{.RestartCount}}', await this.container(service)]),
    )
  }

  logs(service: Service): Promise<string> {
    return this.compose(['logs', '--no-color', '--no-log-prefix', service])
  }

  /** One statement in the gateway's database; `-A -t` of psql: fields by `|`, one line a row. */
  async query(text: string): Promise<string> {
    const psql = ['exec', '-T', 'postgres', 'psql', '-U', 'sluice', '-At', '-c', text, 'sluice']
    return (await this.compose(psql)).trim()
  }

  /** Of a file in docker/secrets. */
  secret(name: string): Promise<string> {
    return readFile(join(this.#folder, 'secrets', `${name}.txt`), 'utf8')
  }

  /** The gateway's store as it is reached from here, past every published port. */
  async objectStore(): Promise<Record<string, string>> {
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
    const address = await this.docker(['inspect', '--format', format, await this.container('minio')])
    return {
      SLUICE_S3_ENDPOINT: `http://${address}:9000`,
      SLUICE_S3_REGION: 'us-east-1',
      SLUICE_S3_BUCKET: 'sluice',
      SLUICE_S3_ACCESS_KEY: await this.secret('minio-user'),
      SLUICE_S3_SECRET_KEY: await this.secret('minio-password'),
    }
  }

  async down(): Promise<void> {
    await this.compose(['down', '--volumes', '--remove-orphans', '--timeout', '5'])
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** The chat server made it for itself, as nobody mounted one. */
  async #keepCertificate(): Promise<void> {
    if (this.profile === 'standalone') return
    const path = { prosody: `/run/prosody/certs/${this.domain}.crt`, ejabberd: '/run/ejabberd/unsigned.crt' }
    const text = await this.compose(['exec', '-T', this.profile, 'cat', path[this.profile]])
    await writeFile(this.certificate, text)
  }

  async #debian(): Promise<string> {
    const dockerfile = await readFile(join(DOCKER, 'Dockerfile'), 'utf8')
    return String(/^FROM (debian:\S+)$/m.exec(dockerfile)?.[1])
  }
}

/**
 * Builds what is not built yet: of the checkout, and not of a copy, as the gateway's context is the whole repository. It
 * may take minutes, in which a port that was free is free no more.
 */
export async function buildImages(profile: Profile): Promise<void> {
  const environment = await engineEnvironment()
  await provideBaseImages(environment)
  await inTurn('docker', ['compose', '--profile', profile, 'build', '--quiet'], {
    cwd: DOCKER,
    env: { ...environment, SLUICE_DOMAIN: 'localhost', SLUICE_PUBLIC_URL: 'http://localhost' },
    timeout: 10 * MINUTE_MS,
    maxBuffer: 16 * 2 ** 20,
  })
}

async function engineEnvironment(): Promise<NodeJS.ProcessEnv> {
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SLUICE|COMPOSE)_/.test(name))),
    ...(await dockerConfig()),
    DOCKER_HOST: String(process.env.SLUICE_TEST_DOCKER_HOST),
  }
}

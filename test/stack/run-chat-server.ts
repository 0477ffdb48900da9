import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ChatServer } from './chat-server.ts'
import { freePort } from './free-port.ts'
import { newAccount } from './new-account.ts'
import { adapt, pageEnvironment } from './page-blocks.ts'
import { RestartableProcess } from './restartable-process.ts'
import { selfSigned } from './self-signed.ts'

/** Of the operators' pages. */
const DOMAIN = 'example.org'
const SECRET = 'put-a-long-random-secret-here'

/** What a server's configuration is made of. */
export interface ChatServerSettings {
  readonly folder: string
  readonly domain: string
  /** Its ports of 127.0.0.1. */
  readonly ports: { readonly http: number; readonly component: number; readonly tcp: number }
  /** PEM files. */
  readonly certificate: string
  readonly key: string
  /** What stands in the page's blocks, and what it is here. */
  readonly replacements: Readonly<Record<string, string>>
}

export interface ChatServerKind {
  readonly name: ChatServer['name']
  /** Below docs/. */
  readonly page: string
  readonly websocketPath: string
  /** Whether the account would still be there after a SIGKILL; without it, it is as soon as it is made. */
  isOnDisk?(folder: string, username: string): Promise<boolean>
  /** Writes the configuration into the folder; answers how the server is started with it. */
  configure(settings: ChatServerSettings): Promise<{
    readonly command: string
    readonly args: readonly string[]
    readonly env?: Record<string, string>
    /** What it has written once it can be used. */
    readonly ready: readonly string[]
  }>
}

/** A chat server with all that it has in a new folder, and ports of its own. */
export async function runChatServer(kind: ChatServerKind): Promise<ChatServer> {
  const folder = await mkdtemp(join(tmpdir(), `sluice-${kind.name.toLowerCase()}-`))
  const removeFolder = () => rm(folder, { recursive: true, force: true })
  try {
    const ports = { http: await freePort(), component: await freePort(), tcp: await freePort() }
    const secret = randomBytes(16).toString('hex')
    const environment = JSON.stringify(await pageEnvironment(kind.page, '/etc/sluice/sluice.env'))
    const gatewayEnvironment = JSON.parse(
      adapt(environment, { [SECRET]: secret, ':5347': `:${ports.component}` }),
    )
    const files = await selfSigned(folder, DOMAIN)
    const { command, args, env, ready } = await kind.configure({
      folder,
      domain: DOMAIN,
      ports,
      ...files,
      replacements: { [SECRET]: secret },
    })
    const server = await RestartableProcess.start({
      name: kind.name,
      command,
      args,
      options: { cwd: folder, env: { ...process.env, ...env } },
      ready,
    })
    const made: string[] = []
    const halt = async (signal?: 'SIGTERM' | 'SIGKILL') => {
      if (signal === 'SIGKILL') await areOnDisk(kind, folder, made)
      await server.halt(signal)
    }
    const websocketUrl = `ws://127.0.0.1:${ports.http}${kind.websocketPath}`
    return {
      name: kind.name,
      domain: DOMAIN,
      conferenceDomain: `conference.${DOMAIN}`,
      mediaJid: gatewayEnvironment.SLUICE_COMPONENT_JID,
      componentUrl: gatewayEnvironment.SLUICE_COMPONENT_URL,
      componentSecret: secret,
      websocketUrl,
      tcpPort: ports.tcp,
      certificate: files.certificate,
      gatewayEnvironment,
      get logs() {
        return server.output
      },
      createAccount: async (account) => {
        const created = await newAccount(websocketUrl, DOMAIN, account)
        made.push(created.username)
        return created
      },
      halt,
      start: () => server.start(),
      restart: async (signal) => {
        await halt(signal)
        await server.start()
      },
      stop: async () => {
        await server.halt()
        await removeFolder()
      },
    }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

/** A server that was killed in its first moments has lost accounts, which is nothing that a client could mend. */
async function areOnDisk(kind: ChatServerKind, folder: string, usernames: readonly string[]): Promise<void> {
  for (const username of usernames) {
    while (kind.isOnDisk && !(await kind.isOnDisk(folder, username))) await sleep(50)
  }
}

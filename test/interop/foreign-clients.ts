import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findGoSendxmpp, findSlixmpp } from '../stack/chat-programs.ts'
import type { ChatAccount, ChatServer } from '../stack/chat-server.ts'
import { Child } from '../stack/child.ts'

const SLIXMPP = fileURLToPath(new URL('slixmpp-client.py', import.meta.url))
const LIMIT_MS = 90_000

/** A message as slixmpp's own stanza has it. */
export interface ForeignMessage {
  readonly id: string
  readonly body: string
  /** XEP-0066's URL. */
  readonly oob: string
  readonly xml: string
}

/** XMPP over TCP on 127.0.0.1, with STARTTLS. */
export type ForeignDoor = Pick<ChatServer, 'tcpPort' | 'certificate'>

/** Uploads by slixmpp's xep_0363 and sends the link. Rejects with what slixmpp says. */
export async function slixmppSends(
  door: ForeignDoor,
  account: ChatAccount,
  path: string,
  to: string,
): Promise<{ url: string; id: string }> {
  const args = slixmppArguments(door, account, 'upload', path, to)
  const { stdout } = await run(await findSlixmpp(), args, trusting(door))
  const said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  if (said.event !== 'sent') throw new Error(stdout)
  return said
}

/** slixmpp logged in; `next` is the next message that comes. */
export async function slixmppReceives(
  door: ForeignDoor,
  account: ChatAccount,
): Promise<{ next: Promise<ForeignMessage>; close(): Promise<void> }> {
  const child = await Child.start(await findSlixmpp(), slixmppArguments(door, account, 'receive'), {
    env: trusting(door),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await child.waitUntil(() => child.output.includes('"online"'), 'slixmpp')
  const next = (async () => {
    const message = () =>
      child.output.split('\n').find((line) => line.includes('"event": "message"') && line.endsWith('}'))
    await child.waitUntil(() => message() !== undefined, 'a message at slixmpp', LIMIT_MS)
    return JSON.parse(message() ?? '') as ForeignMessage
  })()
  return { next, close: () => child.stop() }
}

/** Uploads by go-sendxmpp, which sends the link itself. */
export async function goSendxmppSends(
  door: ForeignDoor,
  { jid, password }: ChatAccount,
  path: string,
  to: string,
): Promise<void> {
  const login = ['-u', jid, '-p', password, '-j', `127.0.0.1:${door.tcpPort}`]
  await run(await findGoSendxmpp(), [...login, `--http-upload=${path}`, to], trusting(door))
}

/** Runs curl; answers what it wrote by `--write-out`. */
export async function curl(...args: string[]): Promise<string> {
  return (await run('curl', ['--silent', '--show-error', '--fail', ...args])).stdout
}

function slixmppArguments(
  { tcpPort }: ForeignDoor,
  { jid, password }: ChatAccount,
  ...command: string[]
): string[] {
  return [SLIXMPP, '127.0.0.1', String(tcpPort), jid, password, ...command]
}

/** Python's and Go's variable for whom they trust. */
function trusting({ certificate }: ForeignDoor): NodeJS.ProcessEnv {
  return { ...process.env, SSL_CERT_FILE: certificate }
}

async function run(
  program: string,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<{ stdout: string }> {
  return promisify(execFile)(program, args, { timeout: LIMIT_MS, ...(env && { env }) })
}

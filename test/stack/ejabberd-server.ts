import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findEjabberd } from './chat-programs.ts'
import type { ChatServer, UploadBackend } from './chat-server.ts'
import { adapt, pageBlock, pageConfiguration } from './page-blocks.ts'
import { type ChatServerSettings, runChatServer } from './run-chat-server.ts'
import { uploadBackendBlock } from './upload-backend-block.ts'

const PAGE = 'ejabberd.md'

/**
 * Debian's ejabberd, configured as installed and with what docs/ejabberd.md adds; with a secret also what docs/tokens.md
 * adds, for the domain {@link TOKENS_DOMAIN}.
 */
export function startEjabberd(
  backend?: UploadBackend,
  { tokenSecret }: { tokenSecret?: string } = {},
): Promise<ChatServer> {
  return runChatServer({
    name: 'ejabberd',
    page: PAGE,
    websocketPath: '/ws',
    // Mnesia's log keeps what is written to it in memory for up to two seconds.
    async isOnDisk(folder, username) {
      const database = databaseIn(folder)
      const files = await Promise.all(
        (await readdir(database)).map((name) => readFile(join(database, name)).catch(() => Buffer.alloc(0))),
      )
      return files.some((file) => file.includes(username))
    },
    async configure(settings) {
      const { folder, ports, replacements } = settings
      const { erl, libraries } = await findEjabberd()
      const block = await pageBlock(PAGE, '/etc/ejabberd/sluice.yml')
      await writeFile(
        join(folder, 'sluice.yml'),
        adapt(block, {
          ...replacements,
          'port: 5281': `port: ${ports.http}`,
          'port: 5347': `port: ${ports.component}`,
        }),
      )
      await writeFile(join(folder, 'upload.yml'), backend ? await uploadBackendBlock(backend) : '')
      const main = join(folder, 'ejabberd.yml')
      const hosts = [settings.domain, ...(tokenSecret === undefined ? [] : [TOKENS_DOMAIN])]
      await writeFile(main, mainFile(settings, hosts) + (await tokenLogins(folder, tokenSecret)))
      const database = databaseIn(folder)
      await mkdir(database)
      return {
        command: erl,
        // Without a node name nothing is reached by Erlang's own protocol, so no port mapper is started that would
        // outlive the test.
        args: ['-noinput', '-mnesia', 'dir', JSON.stringify(database), '-s', 'ejabberd'],
        env: {
          HOME: folder,
          ERL_LIBS: libraries,
          ERL_CRASH_DUMP: join(folder, 'crash.dump'),
          EJABBERD_CONFIG_PATH: main,
          EJABBERD_LOG_PATH: join(folder, 'ejabberd.log'),
        },
        ready: Object.values(ports).map((port) => `Start accepting TCP connections at 127.0.0.1:${port} `),
      }
    },
  })
}

/** Whose users log in by tokens. */
export const TOKENS_DOMAIN = 'tokens.example.org'

async function tokenLogins(folder: string, secret: string | undefined): Promise<string> {
  if (secret === undefined) return ''
  const key = join(folder, 'jwt-key.json')
  await writeFile(key, JSON.stringify({ kty: 'oct', k: Buffer.from(secret).toString('base64url') }))
  const block = await pageConfiguration('tokens.md', 'ejabberd')
  return adapt(block, { 'example.org': TOKENS_DOMAIN, '/etc/ejabberd/jwt-key.json': key })
}

const databaseIn = (folder: string) => join(folder, 'database')

/**
 * Debian's ejabberd.yml as installed, its shapers with it, without what reaches beyond this machine, and with what
 * only a test needs: ports, paths, registration by clients.
 */
function mainFile({ folder, ports, certificate, key }: ChatServerSettings, hosts: readonly string[]): string {
  return `
loglevel: info
log_rotate_count: 0
hosts: ${JSON.stringify(hosts)}
certfiles:
  - ${certificate}
  - ${key}
listen:
  -
    port: ${ports.tcp}
    ip: "127.0.0.1"
    module: ejabberd_c2s
    max_stanza_size: 262144
    shaper: c2s_shaper
    access: c2s
    starttls_required: true
disable_sasl_mechanisms:
  - "digest-md5"
  - "X-OAUTH2"
auth_password_format: scram
acl:
  local:
    user_regexp: ""
  loopback:
    ip:
      - 127.0.0.0/8
access_rules:
  local:
    allow: local
  c2s:
    deny: blocked
    allow: all
  muc_create:
    allow: local
  pubsub_createnode:
    allow: local
  trusted_network:
    allow: loopback
shaper:
  normal:
    rate: 3000
    burst_size: 20000
  fast: 200000
shaper_rules:
  max_user_sessions: 10
  max_user_offline_messages:
    5000: admin
    100: all
  c2s_shaper:
    none: admin
    normal: all
  s2s_shaper: fast
modules:
  mod_adhoc: {}
  mod_blocking: {}
  mod_caps: {}
  mod_carboncopy: {}
  mod_client_state: {}
  mod_disco: {}
  mod_fail2ban: {}
  mod_last: {}
  mod_muc:
    access:
      - allow
    access_create: muc_create
    access_persistent: muc_create
    access_mam:
      - allow
    default_room_options:
      mam: true
  mod_offline:
    access_max_user_messages: max_user_offline_messages
  mod_ping: {}
  mod_pres_counter:
    count: 5
    interval: 60
  mod_privacy: {}
  mod_private: {}
  mod_pubsub:
    access_createnode: pubsub_createnode
    plugins:
      - flat
      - pep
  mod_push: {}
  mod_push_keepalive: {}
  mod_register:
    ip_access: trusted_network
  mod_roster:
    versioning: true
  mod_shared_roster: {}
  mod_stream_mgmt:
    resend_on_timeout: if_offline
  mod_vcard:
    search: false
  mod_vcard_xupdate: {}
  mod_version: {}
registration_timeout: infinity
include_config_file:
  - ${folder}/sluice.yml
  - ${folder}/upload.yml
`
}

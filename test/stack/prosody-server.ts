import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProsody } from './chat-programs.ts'
import type { ChatServer, UploadBackend } from './chat-server.ts'
import { adapt, pageBlock } from './page-blocks.ts'
import { type ChatServerSettings, runChatServer } from './run-chat-server.ts'
import { uploadBackendBlock } from './upload-backend-block.ts'

const PAGE = 'prosody.md'
/** Its part for a gateway that is a component. */
const COMPONENT = /^Component "media\..*\n.*component_secret.*$/m

/** Debian's Prosody, configured as installed and with what docs/prosody.md adds. */
export function startProsody(backend?: UploadBackend): Promise<ChatServer> {
  return runChatServer({
    name: 'Prosody',
    page: PAGE,
    websocketPath: '/xmpp-websocket',
    async configure(settings) {
      const { folder, ports, replacements } = settings
      const block = await pageBlock(PAGE, '/etc/prosody/conf.d/sluice.cfg.lua')
      const upload = backend && (await uploadBackendBlock(backend))
      const added = upload === undefined ? block : block.replace(COMPONENT, upload)
      await writeFile(join(folder, 'sluice.cfg.lua'), adapt(added, upload === undefined ? replacements : {}))
      const main = join(folder, 'prosody.cfg.lua')
      await writeFile(main, mainFile(settings))
      await mkdir(join(folder, 'data'))
      return {
        command: await findProsody(),
        args: ['--config', main, '-F'],
        // Without a component nobody listens for one.
        ready: (backend ? [ports.http, ports.tcp] : Object.values(ports)).map(
          (port) => `on [127.0.0.1]:${port}`,
        ),
      }
    },
  })
}

/**
 * Debian's prosody.cfg.lua as installed, its limits with it, without what reaches beyond this machine; behind the
 * Include what only a test needs: ports, paths, registration by clients.
 */
function mainFile({ folder, domain, ports, certificate, key }: ChatServerSettings): string {
  return `
modules_enabled = {
  "disco", "roster", "saslauth", "tls", "blocklist", "bookmarks", "carbons", "limits", "pep", "private", "smacks",
  "vcard4", "vcard_legacy", "csi_simple", "invites", "invites_adhoc", "invites_register", "ping", "register", "time",
  "uptime", "version", "admin_adhoc", "posix"
}
modules_disabled = { "s2s" }
limits = { c2s = { rate = "10kb/s" }, s2sin = { rate = "30kb/s" } }
authentication = "internal_hashed"
archive_expires_after = "1w"

Include "sluice.cfg.lua"

run_as_root = true
data_path = "${folder}/data"
log = { info = "*console" }
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { ${ports.tcp} }
http_ports = { ${ports.http} }
http_default_host = "chat.${domain}"
component_ports = { ${ports.component} }
ssl = { certificate = "${certificate}", key = "${key}" }
allow_registration = true
registration_invite_only = false
`
}

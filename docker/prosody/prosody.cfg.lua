-- Prosody for docker/compose.yaml. What concerns the gateway is as docs/prosody.md has it.
local domain = assert(ENV_SLUICE_DOMAIN, "SLUICE_DOMAIN is not set")
local function secret(name)
  return assert(io.open("/run/secrets/" .. name)):read("l")
end
local own = io.open("/etc/prosody/certs/" .. domain .. ".crt")
if own then own:close() end

data_path = "/var/lib/prosody"
pidfile = "/run/prosody/prosody.pid"
certificates = own and "/etc/prosody/certs" or "/run/prosody/certs"
log = { { levels = { min = "info" }, to = "console" } }

modules_enabled = {
  "roster", "saslauth", "tls", "disco", "blocklist", "bookmarks", "carbons", "csi_simple", "limits", "mam", "pep",
  "ping", "private", "register", "smacks", "time", "uptime", "vcard4", "vcard_legacy", "version", "websocket",
}
-- No port for other servers is published.
modules_disabled = { "s2s" }

authentication = "internal_hashed"
allow_registration = ENV_SLUICE_REGISTRATION == "open"
c2s_require_encryption = true
archive_expires_after = "4w"
limits = { c2s = { rate = "100kb/s", burst = "2s" } }

-- XMPP over WebSocket, in plain text behind the proxy that has the certificate.
http_ports = { 5280 }
http_interfaces = { "*" }
https_ports = {}
http_default_host = domain
consider_websocket_secure = true

-- On the network that only the gateway shares: a component's link is plain text.
component_ports = { 5347 }
component_interfaces = { "*" }

VirtualHost(domain)

Component("conference." .. domain)("muc")
  modules_enabled = { "muc_mam" }

Component("media." .. domain)
  component_secret = secret("component-secret")
  component_conflict_resolve = "kick_old"

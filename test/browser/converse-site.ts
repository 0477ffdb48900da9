import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const DIST = dirname(fileURLToPath(import.meta.resolve('converse.js/dist/converse.min.js')))

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

/** A site with Converse.js as it comes from npm, set up as its manual says, for a server of ours. */
export class ConverseSite {
  readonly #server: Server
  readonly #page: string

  private constructor(websocketUrl: string) {
    this.#page = pageFor(websocketUrl)
    this.#server = createServer((request, response) => {
      void this.#find(new URL(request.url ?? '/', 'http://site').pathname).then(({ body, type }) => {
        response.writeHead(body === undefined ? 404 : 200, { 'content-type': type })
        response.end(body)
      })
    })
  }

  static async open(websocketUrl: string): Promise<ConverseSite> {
    const site = new ConverseSite(websocketUrl)
    site.#server.listen(0, '127.0.0.1')
    await once(site.#server, 'listening')
    return site
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #find(path: string): Promise<{ body: string | Buffer | undefined; type: string }> {
    if (path === '/') return { body: this.#page, type: 'text/html' }
    const type = TYPES[extname(path)] ?? 'application/octet-stream'
    return { body: await readFile(join(DIST, normalize(path))).catch(() => undefined), type }
  }
}

function pageFor(websocketUrl: string): string {
  const settings = {
    websocket_url: websocketUrl,
    assets_path: '/',
    view_mode: 'fullscreen',
    i18n: 'en',
    discover_connection_methods: false,
    show_background: false,
  }
  return `<!doctype html><meta charset="utf-8"><title>Converse</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="converse.min.css"><body class="converse-fullscreen">
<script type="module">import './converse.min.js'
converse.initialize(${JSON.stringify(settings)})</script>`
}

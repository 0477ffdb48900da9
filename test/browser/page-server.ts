import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import { Readable } from 'node:stream'
import { type Bundle, type BundleOptions, bundle } from './bundle.ts'

const TYPES: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html', '.css': 'text/css' }

const SHELL = `<!doctype html><meta charset="utf-8"><title>test</title>
<link rel="icon" href="data:,"><body><script type="module" src="entry.js"></script>`

/** What a strict page allows; `connect-src` is open, since the servers of tests are everywhere. */
export const STRICT_CSP =
  "default-src 'none'; script-src 'self'; connect-src *; img-src 'self' data: blob:; media-src blob:"

export interface PageServerOptions extends BundleOptions {
  /** Loaded by the page as `entry.js`. */
  readonly entry?: URL
  /** More files, or others in place of the page's own (`index.html`). */
  readonly files?: Bundle
  /** What is served of paths that no file has. */
  readonly respond?: (path: string) => Iterable<Uint8Array> | undefined
  /** The Content-Security-Policy; strict by default. */
  readonly csp?: string
}

/** A local server of one page and its scripts; its origin is its own. */
export class PageServer {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async open({
    entry,
    alias,
    inOneFile,
    files = new Map(),
    respond,
    csp = STRICT_CSP,
  }: PageServerOptions): Promise<PageServer> {
    const held = new Map([
      ['index.html', SHELL],
      ...(entry ? await bundle(entry, { alias, inOneFile }) : []),
      ...files,
    ])
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://page').pathname.slice(1) || 'index.html'
      const text = held.get(path)
      const content = text === undefined ? respond?.(path) : [text]
      response.writeHead(content === undefined ? 404 : 200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': csp,
      })
      Readable.from(content ?? []).pipe(response)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new PageServer(server)
  }

  /** On loopback, which is a secure context. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/`
  }

  /** The same by a name that makes no secure context. */
  get insecureUrl(): string {
    return `http://page.sluice.test:${this.#port}/`
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

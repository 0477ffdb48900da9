import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { RawConnection } from '../../test/http/raw-connection.ts'
import { type ListeningGateway, listenScripted } from '../../test/http/scripted-gateway.ts'
import { readPageFiles } from './page-files.ts'

const HTML = '<!doctype html><title>the page</title>'
const SCRIPT = 'console.log("the page")'.repeat(20)
const ORIGINS = ['http://127.0.0.1:9', 'ws://127.0.0.1:9']
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'

describe('the page of the gateway', () => {
  let folder: string
  let gateway: ListeningGateway

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-page-'))
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), HTML)
    for (const [suffix, compress] of [
      ['', Buffer.from],
      ['.gz', gzipSync],
      ['.br', brotliCompressSync],
    ] as const)
      await writeFile(join(folder, `assets/main-1a2b3c.js${suffix}`), compress(SCRIPT))
    gateway = await serve()
  })
  afterEach(async () => {
    await gateway.close()
    await rm(folder, { recursive: true })
  })

  async function serve(): Promise<ListeningGateway> {
    const files = await readPageFiles(folder)
    return listenScripted({}, { web: files && { files, origins: ORIGINS } })
  }
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(gateway.url + path, { method, headers })

  it('is what browsers get at /, and text what curl and scripts get', async () => {
    const page = await get('/', { accept: BROWSER })
    expect(page.headers.get('content-type')).to.equal('text/html; charset=utf-8')
    expect(await page.text()).to.equal(HTML)
    for (const accept of ['*/*', 'text/plain', 'text/plain, text/html;q=0', 'application/json']) {
      const text = await get('/', { accept })
      expect(text.headers.get('content-type'), accept).to.equal('text/plain; charset=utf-8')
      expect(await text.text()).to.equal('the page\n')
      expect(text.headers.get('vary')).to.include('Accept')
    }
  })

  it('lets a browser run, show and reach only what is its own', async () => {
    for (const path of ['/', '/assets/main-1a2b3c.js']) {
      const { headers } = await get(path, { accept: BROWSER })
      const policy = new Map(
        headers
          .get('content-security-policy')
          ?.split('; ')
          .map((directive) => {
            const [name = '', ...sources] = directive.split(' ')
            return [name, sources.join(' ')]
          }),
      )
      expect(Object.fromEntries(policy), path).to.deep.equal({
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': "'self'",
        'img-src': "'self' blob: data: http://127.0.0.1:9",
        'media-src': "'self' blob: http://127.0.0.1:9",
        'connect-src': "'self' http://127.0.0.1:9 ws://127.0.0.1:9",
        'worker-src': "'self'",
        'frame-ancestors': "'none'",
        'base-uri': "'none'",
        'form-action': "'none'",
      })
      expect(headers.get('cross-origin-opener-policy')).to.equal('same-origin')
      expect(headers.get('referrer-policy')).to.equal('no-referrer')
      expect(headers.get('x-content-type-options')).to.equal('nosniff')
    }
  })

  it('is asked for again each time, and its hashed files never', async () => {
    const page = await get('/', { accept: BROWSER })
    expect(page.headers.get('cache-control')).to.equal('no-cache')
    const script = await get('/assets/main-1a2b3c.js')
    expect(script.headers.get('content-type')).to.equal('text/javascript; charset=utf-8')
    expect(script.headers.get('cache-control')).to.equal('public, max-age=31536000, immutable')
  })

  it('answers 304 to whoever has it, until its content is another, whatever the date of the file', async () => {
    const etag = (await get('/', { accept: BROWSER })).headers.get('etag') ?? ''
    const again = () => get('/', { accept: BROWSER, 'if-none-match': etag })
    const unchanged = await again()
    expect(unchanged.status).to.equal(304)
    expect(unchanged.headers.get('etag')).to.equal(etag)
    await gateway.close()
    await writeFile(join(folder, 'index.html'), HTML.replace('page', 'edge'))
    await utimes(join(folder, 'index.html'), 499162500, 499162500) // as in every npm package
    gateway = await serve()
    expect((await again()).status).to.equal(200)
  })

  it('comes compressed as the browser can take it, each coding under its own tag', async () => {
    const tags = new Set<string | null>()
    for (const [accepted, coding] of [
      ['gzip, deflate, br, zstd', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip;q=0.5', 'gzip'],
      ['*', 'br'],
      ['identity', null],
    ] as const) {
      const answer = await get('/assets/main-1a2b3c.js', { 'accept-encoding': accepted })
      expect(answer.headers.get('content-encoding'), accepted).to.equal(coding)
      expect(answer.headers.get('vary')).to.equal('Accept-Encoding')
      expect(await answer.text()).to.equal(SCRIPT)
      tags.add(answer.headers.get('etag'))
    }
    expect(tags.size).to.equal(3)
  })

  it('answers HEAD the same without the content', async () => {
    const whole = await get('/', { accept: BROWSER })
    await whole.arrayBuffer()
    const head = await get('/', { accept: BROWSER }, 'HEAD')
    for (const name of ['content-type', 'content-length', 'etag', 'content-security-policy'])
      expect(head.headers.get(name), name).to.equal(whole.headers.get(name))
    expect(await head.text()).to.equal('')
  })

  it('gives nothing that is not of the page, however it is asked for', async () => {
    await writeFile(join(folder, '../beside.js'), 'secret')
    for (const path of [
      '/../beside.js',
      '/assets/../../beside.js',
      '/assets/..%2f..%2fbeside.js',
      '/assets/%2e%2e/%2e%2e/beside.js',
      '/assets/..\\..\\beside.js',
      '/assets/main-1a2b3c.js.gz',
      '/assets/main-1a2b3c.js%00',
      '/assets',
      '/index.html',
    ]) {
      const raw = await RawConnection.open(gateway.port)
      raw.request(`GET ${path}`, { Connection: 'close' })
      const { status, body } = await raw.answer()
      expect(status, path).to.equal(404)
      expect(body).to.not.include('secret')
      await raw.closed()
    }
    await rm(join(folder, '../beside.js'))
  })

  it('is text for everybody where it has not been built', async () => {
    await gateway.close()
    await rm(join(folder, 'index.html'))
    gateway = await serve()
    const answer = await get('/', { accept: BROWSER })
    expect(answer.headers.get('content-type')).to.equal('text/plain; charset=utf-8')
    expect(await readPageFiles(join(folder, 'nowhere'))).to.equal(undefined)
  })

  it('does not start with a file whose type browsers would have to guess', async () => {
    await writeFile(join(folder, 'page.xyz'), '')
    const failure = await readPageFiles(folder).catch((error: Error) => error.message)
    expect(failure).to.match(/unknown type.*page\.xyz/)
  })
})

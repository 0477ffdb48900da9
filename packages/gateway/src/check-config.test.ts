import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkConfig } from './check-config.ts'
import { readConfig } from './config.ts'

const ISSUER = { SLUICE_JWT_ISSUER: 'https://app.example', SLUICE_JWT_AUDIENCE: 'chat' }

describe('checkConfig', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-check-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function check(environment: Record<string, string>) {
    const lines: string[] = []
    return { fine: await checkConfig(readConfig(environment), (line) => lines.push(line)), lines }
  }

  it('prints every setting as the variable that makes it, in units that people use', async () => {
    const { fine, lines } = await check({ SLUICE_DATA_DIR: join(folder, 'new') })
    expect(fine).to.equal(true)
    const settings = lines.filter((line) => line.startsWith('SLUICE_')).map((line) => line.split(/ +(.*)/, 2))
    expect(Object.fromEntries(settings)).to.deep.equal({
      SLUICE_HOST: '127.0.0.1',
      SLUICE_PORT: '8400',
      SLUICE_PUBLIC_URL: '(its own address)',
      SLUICE_DATA_DIR: join(folder, 'new'),
      SLUICE_DOMAIN: 'localhost',
      SLUICE_DATABASE_URL: '(embedded)',
      SLUICE_S3_ENDPOINT: '(files)',
      SLUICE_REGISTRATION: 'open',
      SLUICE_MAX_UPLOAD_BYTES: '10GiB',
      SLUICE_UNFINISHED_EXPIRY: '7d',
      SLUICE_ARCHIVE_EXPIRY: '365d',
      SLUICE_DAILY_QUOTA_BYTES: '(none)',
      SLUICE_UPLOAD_SECRET: '(no upload backend)',
      SLUICE_MEMORY_BUDGET_BYTES: '256MiB',
      SLUICE_LOG_LEVEL: 'info',
    })
  })

  it('says that there is a secret, and not which', async () => {
    const { lines } = await check({
      SLUICE_DATA_DIR: folder,
      SLUICE_UPLOAD_SECRET: 'hush-hush',
      SLUICE_DAILY_QUOTA_BYTES: '1GiB',
    })
    const text = lines.join('\n')
    expect(text)
      .to.match(/^SLUICE_UPLOAD_SECRET +\(set, not shown\)$/m)
      .and.not.contain('hush')
    expect(text)
      .to.match(/^SLUICE_DAILY_QUOTA_BYTES +1GiB$/m)
      .and.match(/^SLUICE_MAX_UPLOAD_BYTES +1GiB$/m)
  })

  it('shows whose tokens log users in, but not the secret', async () => {
    const { fine, lines } = await check({
      ...ISSUER,
      SLUICE_JWT_SECRET: 'hush '.repeat(7),
      SLUICE_DATA_DIR: folder,
    })
    expect(fine).to.equal(true)
    expect(lines.join('\n'))
      .to.match(/^SLUICE_JWT_SECRET +\(set, not shown\)$/m)
      .and.match(/^SLUICE_JWT_ISSUER +https:\/\/app\.example$/m)
      .and.match(/^SLUICE_JWT_AUDIENCE +chat$/m)
      .and.not.contain('hush')
  })

  for (const [what, status, body, says, fine] of [
    ['there', 200, '{"keys":[{"kty":"OKP"}]}', 'there is 1', true],
    ['none', 200, '{"keys":[]}', 'holds no keys', false],
    ['not there', 404, '{}', 'answers 404', false],
  ] as const) {
    it(`fetches the keys of the issuer, and says when they are ${what}`, async () => {
      const server = createServer((_request, response) => response.writeHead(status).end(body))
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      try {
        const checked = await check({
          ...ISSUER,
          SLUICE_JWT_JWKS_URL: `http://127.0.0.1:${port}/jwks`,
          SLUICE_DATA_DIR: folder,
        })
        expect(checked.fine).to.equal(fine)
        expect(checked.lines.at(-1))
          .to.match(/^keys of the issuer: /)
          .and.contain(says)
      } finally {
        server.close()
        server.closeAllConnections()
        await once(server, 'close')
      }
    })
  }

  it('names the variable when the data directory is a file', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '', { mode: 0o777 })
    const { fine, lines } = await check({ SLUICE_DATA_DIR: file })
    expect(fine).to.equal(false)
    expect(lines).to.include(`database: SLUICE_DATA_DIR ${file} is not a directory`)
  })
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkConfig } from './check-config.ts'
import { readConfig } from './config.ts'

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

  it('names the variable when the data directory is a file', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '', { mode: 0o777 })
    const { fine, lines } = await check({ SLUICE_DATA_DIR: file })
    expect(fine).to.equal(false)
    expect(lines).to.include(`database: SLUICE_DATA_DIR ${file} is not a directory`)
  })
})

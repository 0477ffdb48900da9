import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { readConfig } from './config.ts'
import { ConfigError } from './config-error.ts'

const S3 = {
  SLUICE_S3_ENDPOINT: 'https://s3.example:9000/',
  SLUICE_S3_BUCKET: 'media',
  SLUICE_S3_ACCESS_KEY: 'key',
  SLUICE_S3_SECRET_KEY: 'hush',
}

const COMPONENT = {
  SLUICE_COMPONENT_URL: 'xmpp://chat.example:5347',
  SLUICE_COMPONENT_JID: 'Media.Chat.Example',
  SLUICE_COMPONENT_SECRET: 'hush hush',
}

const JWT = {
  SLUICE_JWT_SECRET: 'hush hush hush hush hush hush hush',
  SLUICE_JWT_ISSUER: 'https://app.example',
  SLUICE_JWT_AUDIENCE: 'chat.example',
}

const JWKS = 'https://id.example/jwks.json'

describe('readConfig', () => {
  it('needs nothing: an empty environment is the embedded gateway on loopback', () => {
    expect(readConfig({ PATH: '/bin' })).to.deep.equal({
      host: '127.0.0.1',
      port: 8400,
      publicUrl: undefined,
      dataDir: resolve('.sluice'),
      domain: 'localhost',
      databaseUrl: undefined,
      s3: undefined,
      component: undefined,
      allowedDomains: [],
      registration: 'open',
      maxUploadBytes: 10 * 2 ** 30,
      unfinishedExpiryMs: 7 * 24 * 3600 * 1000,
      archiveExpiryMs: 365 * 24 * 3600 * 1000,
      dailyQuotaBytes: undefined,
      jwt: undefined,
      uploadSecret: undefined,
      memoryBudgetBytes: 256 * 2 ** 20,
      logLevel: 'info',
    })
  })

  it('takes every variable', () => {
    expect(
      readConfig({
        ...S3,
        SLUICE_HOST: '0.0.0.0',
        SLUICE_PORT: '0',
        SLUICE_PUBLIC_URL: 'https://chat.example/sluice/',
        SLUICE_DATA_DIR: '/var/lib/sluice',
        SLUICE_DOMAIN: 'Chat.Example',
        SLUICE_DATABASE_URL: 'postgres://sluice:hush@db/sluice',
        SLUICE_S3_REGION: 'eu-west-1',
        SLUICE_REGISTRATION: 'open',
        SLUICE_MAX_UPLOAD_BYTES: '1.5GiB',
        SLUICE_UNFINISHED_EXPIRY: '12h',
        SLUICE_ARCHIVE_EXPIRY: '30d',
        SLUICE_DAILY_QUOTA_BYTES: '20GB',
        SLUICE_UPLOAD_SECRET: 'a secret of ours',
        SLUICE_MEMORY_BUDGET_BYTES: '67108864',
        SLUICE_LOG_LEVEL: 'debug',
      }),
    ).to.deep.equal({
      host: '0.0.0.0',
      port: 0,
      publicUrl: 'https://chat.example/sluice',
      dataDir: '/var/lib/sluice',
      domain: 'chat.example',
      databaseUrl: 'postgres://sluice:hush@db/sluice',
      s3: {
        endpoint: 'https://s3.example:9000',
        bucket: 'media',
        region: 'eu-west-1',
        accessKey: 'key',
        secretKey: 'hush',
      },
      component: undefined,
      allowedDomains: [],
      registration: 'open',
      maxUploadBytes: 1.5 * 2 ** 30,
      unfinishedExpiryMs: 12 * 3600 * 1000,
      archiveExpiryMs: 30 * 24 * 3600 * 1000,
      dailyQuotaBytes: 20e9,
      jwt: undefined,
      uploadSecret: 'a secret of ours',
      memoryBudgetBytes: 64 * 2 ** 20,
      logLevel: 'debug',
    })
  })

  const WRONG: readonly [name: string, text: string, takes: string][] = [
    ['SLUICE_HOST', 'a b', 'a host name'],
    ['SLUICE_PORT', '65536', 'a port from 0 to 65535'],
    ['SLUICE_PORT', '80x', 'a port from 0 to 65535'],
    ['SLUICE_PORT', '-1', 'a port from 0 to 65535'],
    ['SLUICE_PUBLIC_URL', 'chat.example', 'an http or https URL'],
    ['SLUICE_PUBLIC_URL', 'ftp://chat.example', 'an http or https URL'],
    ['SLUICE_PUBLIC_URL', 'https://me@chat.example', 'an http or https URL'],
    ['SLUICE_PUBLIC_URL', 'https://chat.example?a', 'an http or https URL'],
    ['SLUICE_DOMAIN', 'alice@localhost', 'an XMPP domain'],
    ['SLUICE_DOMAIN', 'localhost/home', 'an XMPP domain'],
    ['SLUICE_DOMAIN', 'a b', 'an XMPP domain'],
    ['SLUICE_S3_ENDPOINT', 'http://s3.example/bucket', 'an http or https URL without a path'],
    ['SLUICE_S3_BUCKET', 'My Bucket', 'the name of a bucket'],
    ['SLUICE_S3_REGION', 'eu west', 'the name of a region'],
    ['SLUICE_COMPONENT_URL', 'chat.example:5347', 'a URL such as xmpp://host:5347'],
    ['SLUICE_COMPONENT_URL', 'http://chat.example', 'a URL such as xmpp://host:5347'],
    ['SLUICE_COMPONENT_URL', 'xmpp://me@chat.example', 'a URL such as xmpp://host:5347'],
    ['SLUICE_COMPONENT_URL', 'xmpp://chat.example/media', 'a URL such as xmpp://host:5347'],
    ['SLUICE_COMPONENT_URL', 'xmpp://:5347', 'a URL such as xmpp://host:5347'],
    ['SLUICE_COMPONENT_URL', 'xmpp://chat.example:0', 'a URL such as xmpp://host:5347'],
    ['SLUICE_COMPONENT_JID', 'media@chat.example', 'an XMPP domain'],
    ['SLUICE_ALLOWED_DOMAINS', 'a.example, b c', 'XMPP domains'],
    ['SLUICE_ALLOWED_DOMAINS', 'a.example, *', 'XMPP domains'],
    ['SLUICE_ALLOWED_DOMAINS', ',', 'XMPP domains'],
    ['SLUICE_REGISTRATION', 'yes', 'open or closed'],
    ['SLUICE_JWT_JWKS_URL', 'http://id.example/jwks.json', 'an https URL, or http on this machine'],
    ['SLUICE_JWT_JWKS_URL', 'https://me@id.example/jwks.json', 'an https URL, or http on this machine'],
    ['SLUICE_JWT_ISSUER', 'sluice', 'an issuer other than sluice'],
    ['SLUICE_JWT_ISSUER', 'sluice-put', 'an issuer other than sluice'],
    ['SLUICE_MAX_UPLOAD_BYTES', '10 parsecs', 'a size'],
    ['SLUICE_MAX_UPLOAD_BYTES', '0', 'a size'],
    ['SLUICE_MAX_UPLOAD_BYTES', '-5', 'a size'],
    ['SLUICE_MAX_UPLOAD_BYTES', '9999999TiB', 'a size'],
    ['SLUICE_UNFINISHED_EXPIRY', 'a week', 'a duration'],
    ['SLUICE_UNFINISHED_EXPIRY', '0', 'a duration'],
    ['SLUICE_UNFINISHED_EXPIRY', '4000d', 'a duration'],
    ['SLUICE_ARCHIVE_EXPIRY', 'for ever', 'a duration'],
    ['SLUICE_ARCHIVE_EXPIRY', '4000d', 'a duration'],
    ['SLUICE_DAILY_QUOTA_BYTES', 'much', 'a size'],
    ['SLUICE_DAILY_QUOTA_BYTES', '0', 'a size'],
    ['SLUICE_MEMORY_BUDGET_BYTES', '1MiB', 'a size of at least 4MiB'],
    ['SLUICE_LOG_LEVEL', 'loud', 'trace, debug, info, warn, error, fatal, silent'],
  ]

  for (const [name, text, takes] of WRONG) {
    it(`refuses ${JSON.stringify(text)} for ${name}, and says what it takes`, () => {
      const [problem, ...more] = problemsOf({
        ...(name.includes('S3') && S3),
        ...(/COMPONENT|ALLOWED/.test(name) && COMPONENT),
        ...(name.includes('JWT') && { ...JWT, SLUICE_JWT_SECRET: undefined, SLUICE_JWT_JWKS_URL: JWKS }),
        [name]: text,
      })
      expect(more).to.deep.equal([])
      expect(problem).to.contain(name).and.contain(JSON.stringify(text)).and.contain(`it takes ${takes}`)
    })
  }

  it('names all wrong variables at once', () => {
    const problems = problemsOf({
      SLUICE_PORT: 'x',
      SLUICE_LOG_LEVEL: 'y',
      SLUICE_NOPE: 'z',
      SLUICE_WORKERS: '2',
    })
    expect(problems).to.have.length(4)
    for (const name of ['SLUICE_PORT', 'SLUICE_LOG_LEVEL', 'SLUICE_NOPE', 'SLUICE_WORKERS']) {
      expect(problems.join('\n')).to.contain(name)
    }
  })

  it('never shows a secret', () => {
    const problems = problemsOf({
      ...S3,
      SLUICE_DATABASE_URL: 'mysql://me:hush',
      SLUICE_S3_SECRET_KEY: 'hu sh',
      SLUICE_UPLOAD_SECRET: 'hush',
    })
    expect(problems).to.have.length(3)
    expect(problems.join('\n')).to.contain('SLUICE_DATABASE_URL').and.contain('SLUICE_S3_SECRET_KEY')
    expect(problems.join('\n')).to.not.match(/hu ?sh/)
  })

  it('refuses an unknown SLUICE_ variable by name, but leaves those of tests alone', () => {
    expect(problemsOf({ SLUICE_PROT: '1' })).to.deep.equal(['SLUICE_PROT is not a variable of Sluice'])
    expect(problemsOf({ SLUICE_PORT_FILE: '1' })).to.deep.equal([
      'SLUICE_PORT_FILE is not a variable of Sluice',
    ])
    expect(readConfig({ SLUICE_TEST_POSTGRES_URL: 'x' })).to.have.property('port', 8400)
  })

  for (const name of ['SLUICE_WORKERS']) {
    it(`says of ${name} that it is not built yet`, () => {
      expect(problemsOf({ [name]: 'x' })).to.deep.equal([`${name} is not built yet`])
    })
  }

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ SLUICE_PORT: '', SLUICE_PUBLIC_URL: '', SLUICE_NOPE: '' })).to.have.property(
      'port',
      8400,
    )
  })

  it('wants all of S3 or nothing of it', () => {
    for (const missing of Object.keys(S3)) {
      const [problem, ...more] = problemsOf({ ...S3, [missing]: undefined })
      expect(more).to.deep.equal([])
      expect(problem).to.match(new RegExp(`^${missing} is not set`))
    }
    expect(problemsOf({ SLUICE_S3_ENDPOINT: S3.SLUICE_S3_ENDPOINT })).to.deep.equal([
      'SLUICE_S3_BUCKET, SLUICE_S3_ACCESS_KEY, SLUICE_S3_SECRET_KEY are not set, but SLUICE_S3_ENDPOINT is; ' +
        'S3 takes SLUICE_S3_ENDPOINT, SLUICE_S3_BUCKET, SLUICE_S3_ACCESS_KEY, SLUICE_S3_SECRET_KEY',
    ])
    expect(problemsOf({ SLUICE_S3_REGION: 'eu-west-1' })).to.have.length(1)
  })

  it('takes a component, whose domain above it is that of the accounts', () => {
    expect(readConfig(COMPONENT)).to.deep.include({
      component: { host: 'chat.example', port: 5347, jid: 'media.chat.example', secret: 'hush hush' },
      domain: 'chat.example',
      allowedDomains: ['chat.example'],
      registration: 'closed',
    })
    const at = (url: string) => readConfig({ ...COMPONENT, SLUICE_COMPONENT_URL: url }).component
    expect(at('xmpp://10.0.0.1')).to.include({ host: '10.0.0.1', port: 5347 })
    expect(at('xmpp://[fd00::1]:5350/')).to.include({ host: 'fd00::1', port: 5350 })
  })

  it('takes the domains whose accounts may upload, or all', () => {
    const allowed = (text: string) =>
      readConfig({ ...COMPONENT, SLUICE_ALLOWED_DOMAINS: text }).allowedDomains
    expect(allowed('a.example, B.example,a.example')).to.deep.equal(['a.example', 'b.example'])
    expect(allowed(' * ')).to.equal('*')
    expect(readConfig({ ...COMPONENT, SLUICE_DOMAIN: 'other.example' })).to.deep.include({
      domain: 'other.example',
      allowedDomains: ['chat.example'],
    })
  })

  it('wants all of a component or nothing of it', () => {
    for (const missing of Object.keys(COMPONENT)) {
      const [problem, ...more] = problemsOf({ ...COMPONENT, [missing]: undefined })
      expect(more).to.deep.equal([])
      expect(problem).to.match(new RegExp(`^${missing} is not set`))
    }
  })

  it('reads the secret of a component from a file, and never shows it', () => {
    const { SLUICE_COMPONENT_SECRET, ...open } = COMPONENT
    const folder = mkdtempSync(join(tmpdir(), 'sluice-config-'))
    try {
      const file = join(folder, 'secret')
      writeFileSync(file, `${SLUICE_COMPONENT_SECRET}\n`)
      const from = { ...open, SLUICE_COMPONENT_SECRET_FILE: file }
      expect(readConfig(from).component).to.include({ secret: 'hush hush' })
      const [problem, ...more] = problemsOf({ ...from, SLUICE_COMPONENT_SECRET_FILE: join(folder, 'none') })
      expect(more).to.deep.equal([])
      expect(problem).to.include('SLUICE_COMPONENT_SECRET_FILE')
      expect(problemsOf({ ...COMPONENT, SLUICE_PORT: 'x' }).join()).to.not.include('hush')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses what goes with accounts of its own beside a component, and the other way round', () => {
    expect(problemsOf({ ...COMPONENT, SLUICE_REGISTRATION: 'open' })[0]).to.include('SLUICE_REGISTRATION')
    expect(problemsOf({ SLUICE_ALLOWED_DOMAINS: 'a.example' })[0]).to.include('SLUICE_ALLOWED_DOMAINS')
    const alone = { ...COMPONENT, SLUICE_COMPONENT_JID: 'media' }
    expect(problemsOf(alone)[0]).to.include('SLUICE_ALLOWED_DOMAINS')
    expect(readConfig({ ...alone, SLUICE_ALLOWED_DOMAINS: 'a.example, b.example' })).to.include({
      domain: 'a.example',
    })
    expect(readConfig({ ...COMPONENT, SLUICE_ALLOWED_DOMAINS: 'a.example, chat.example' })).to.include({
      domain: 'chat.example',
    })
  })

  it('takes an issuer whose tokens log users in, with a shared secret or published keys', () => {
    const issuer = { issuer: 'https://app.example', audience: 'chat.example' }
    expect(readConfig(JWT).jwt).to.deep.equal({ ...issuer, key: { secret: JWT.SLUICE_JWT_SECRET } })
    const { SLUICE_JWT_SECRET, ...open } = JWT
    for (const url of [JWKS, 'http://127.0.0.1:3000/jwks.json', 'http://[::1]:3000/jwks.json'])
      expect(readConfig({ ...open, SLUICE_JWT_JWKS_URL: url }).jwt).to.deep.equal({
        ...issuer,
        key: { jwksUrl: url },
      })
  })

  it('wants for that issuer all that its tokens are checked against, and one kind of key', () => {
    for (const missing of ['SLUICE_JWT_ISSUER', 'SLUICE_JWT_AUDIENCE']) {
      expect(problemsOf({ ...JWT, [missing]: undefined })).to.deep.equal([
        `${missing} is not set, but SLUICE_JWT_SECRET is; tokens are checked for it`,
      ])
    }
    expect(problemsOf({ ...JWT, SLUICE_JWT_SECRET: undefined })).to.deep.equal([
      'SLUICE_JWT_ISSUER is set, but neither SLUICE_JWT_SECRET nor SLUICE_JWT_JWKS_URL is',
    ])
    expect(problemsOf({ ...JWT, SLUICE_JWT_JWKS_URL: JWKS })).to.deep.equal([
      'SLUICE_JWT_SECRET and SLUICE_JWT_JWKS_URL are both set; only one can be',
    ])
  })

  it('never shows the secret of the issuer, and wants 32 bytes of it', () => {
    const [problem, ...more] = problemsOf({ ...JWT, SLUICE_JWT_SECRET: 'hush '.repeat(6) })
    expect(more).to.deep.equal([])
    expect(problem).to.include('at least 32 bytes').and.not.include('hush')
  })

  it('closes registration where users log in by token, and refuses to open it', () => {
    expect(readConfig(JWT)).to.have.property('registration', 'closed')
    const [problem, ...more] = problemsOf({ ...JWT, SLUICE_REGISTRATION: 'open' })
    expect(more).to.deep.equal([])
    expect(problem).to.match(/^SLUICE_REGISTRATION is open, but SLUICE_JWT_SECRET is set/)
  })

  it('refuses logins by token beside a component, whose chat server has the logins', () => {
    const [problem, ...more] = problemsOf({ ...JWT, ...COMPONENT })
    expect(more).to.deep.equal([])
    expect(problem).to.match(/^SLUICE_JWT_SECRET is set, but with a component/)
  })

  it('opens registration by itself only on loopback without a public URL', () => {
    const registrationOf = (environment: Record<string, string>) => readConfig(environment).registration
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
      expect(registrationOf({ SLUICE_HOST: host }), host).to.equal('open')
    }
    for (const host of ['0.0.0.0', '::', '10.0.0.1', 'localhost.example']) {
      expect(registrationOf({ SLUICE_HOST: host }), host).to.equal('closed')
    }
    expect(registrationOf({ SLUICE_PUBLIC_URL: 'https://chat.example' })).to.equal('closed')
    expect(registrationOf({ SLUICE_REGISTRATION: 'closed' })).to.equal('closed')
    expect(registrationOf({ SLUICE_HOST: '::', SLUICE_REGISTRATION: 'open' })).to.equal('open')
  })

  it('takes no file that is larger than the quota of a day', () => {
    const limitOf = (environment: Record<string, string>) => readConfig(environment).maxUploadBytes
    expect(limitOf({ SLUICE_DAILY_QUOTA_BYTES: '1GiB' })).to.equal(2 ** 30)
    expect(limitOf({ SLUICE_DAILY_QUOTA_BYTES: '1GiB', SLUICE_MAX_UPLOAD_BYTES: '1MiB' })).to.equal(2 ** 20)
  })

  it('reads sizes and durations in their usual units', () => {
    const sizes = {
      '5': 5,
      '5B': 5,
      '1KiB': 1024,
      '2mib': 2 ** 21,
      '1 GB': 1e9,
      '1kB': 1000,
      '0.5TiB': 2 ** 39,
    }
    for (const [text, bytes] of Object.entries(sizes)) {
      expect(readConfig({ SLUICE_MAX_UPLOAD_BYTES: text }).maxUploadBytes, text).to.equal(bytes)
    }
    const durations = { '90': 90_000, '90s': 90_000, '2m': 120_000, '1h': 3_600_000, '7d': 604_800_000 }
    for (const [text, ms] of Object.entries(durations)) {
      expect(readConfig({ SLUICE_UNFINISHED_EXPIRY: text }).unfinishedExpiryMs, text).to.equal(ms)
    }
  })

  describe('secrets from files', () => {
    let directory: string

    before(() => {
      directory = mkdtempSync(join(tmpdir(), 'sluice-secrets-'))
    })

    after(() => rmSync(directory, { recursive: true }))

    function secretFile(text: string): string {
      const path = join(directory, 'secret')
      writeFileSync(path, text)
      return path
    }

    for (const name of ['SLUICE_S3_SECRET_KEY', 'SLUICE_S3_ACCESS_KEY']) {
      it(`reads ${name} from the file that ${name}_FILE names`, () => {
        const { s3 } = readConfig({ ...S3, [name]: undefined, [`${name}_FILE`]: secretFile('from-file\n') })
        expect(Object.values(s3 ?? {})).to.include('from-file')
      })
    }

    it('reads SLUICE_UPLOAD_SECRET from a file', () => {
      const config = readConfig({ SLUICE_UPLOAD_SECRET_FILE: secretFile('from a file\n') })
      expect(config.uploadSecret).to.equal('from a file')
    })

    it('reads SLUICE_DATABASE_URL from a file', () => {
      const config = readConfig({ SLUICE_DATABASE_URL_FILE: secretFile('postgres://db/sluice\n') })
      expect(config.databaseUrl).to.equal('postgres://db/sluice')
    })

    it('refuses a file that is not there, by name', () => {
      const path = join(directory, 'nowhere')
      const problems = problemsOf({ ...S3, SLUICE_S3_SECRET_KEY: '', SLUICE_S3_SECRET_KEY_FILE: path })
      expect(problems).to.have.length(1)
      expect(problems[0]).to.contain('SLUICE_S3_SECRET_KEY_FILE').and.contain(path).and.contain('ENOENT')
      expect(problemsOf({ SLUICE_DATABASE_URL_FILE: path })).to.have.length(1)
    })

    it('refuses an empty file, and a wrong value in a file, without showing it', () => {
      const SLUICE_S3_SECRET_KEY_FILE = secretFile('\n')
      expect(problemsOf({ ...S3, SLUICE_S3_SECRET_KEY: '', SLUICE_S3_SECRET_KEY_FILE })).to.have.length(1)
      const problems = problemsOf({ SLUICE_DATABASE_URL_FILE: secretFile('hush') })
      expect(problems).to.have.length(1)
      expect(problems[0]).to.contain('SLUICE_DATABASE_URL').and.not.contain('hush')
    })

    it('refuses a secret that is given twice', () => {
      const problems = problemsOf({ ...S3, SLUICE_S3_SECRET_KEY_FILE: secretFile('x') })
      expect(problems).to.deep.equal([
        'SLUICE_S3_SECRET_KEY_FILE and SLUICE_S3_SECRET_KEY are both set; only one can be',
      ])
    })
  })
})

function problemsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

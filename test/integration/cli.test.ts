import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Backend, embeddedBackend, serverBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { createUpload, headOffset, patch, status } from '../stack/tus-upload.ts'

describe('the command sluice', function () {
  this.timeout(120_000)
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
  })
  after(() => rm(folder, { recursive: true }))

  /** Fails as an operator expects it: by one line each, no stack. */
  async function refusedLines(args: string[], env: Record<string, string>, code: number): Promise<string[]> {
    const result = await sluice(args, {
      env: { SLUICE_DATA_DIR: join(folder, 'none'), ...env },
      mayFail: true,
    })
    expect(result.code, result.stderr).to.equal(code)
    expect(result.stdout).to.equal('')
    expect(result.stderr).to.not.match(/^\s+at /m)
    return result.stderr.trimEnd().split('\n')
  }

  describe('beside a running gateway', () => {
    let backend: Backend
    let gateway: Gateway
    let env: Record<string, string>

    before(async () => {
      backend = await embeddedBackend()
      env = { ...backend.env, SLUICE_LOG_LEVEL: 'warn' }
      gateway = await startGateway({ env })
    })
    after(async () => {
      await gateway?.stop()
      await backend?.drop()
    })

    it('has printed where it is and what to try next, the same that / answers', async () => {
      const page = await (await fetch(gateway.url)).text()
      expect(gateway.logs).to.include(page)
      expect(page).to.include(`Sluice is running at ${gateway.url}`)
      for (const next of ['npm run demo', 'sluice account add', 'curl ']) expect(page).to.include(next)
    })

    it('takes a password from standard input, a file or an option', async () => {
      const file = join(folder, 'password')
      await writeFile(file, 'sesame\n')
      expect((await sluice(['account', 'add', 'dora'], { env, input: 'sesame\n' })).stdout).to.equal(
        'added dora@localhost\n',
      )
      await sluice(['account', 'add', 'Emil@localhost', '--password-file', file], { env })
      await sluice(['account', 'add', 'fred', '--password', 'sesame'], { env })
      expect((await sluice(['account', 'list'], { env })).stdout.split('\n')).to.include.members([
        'dora@localhost',
        'emil@localhost',
        'fred@localhost',
      ])
    })

    it('says in one line why an account cannot be had', async () => {
      await sluice(['account', 'add', 'gina'], { env, input: 'sesame' })
      const again = await sluice(['account', 'add', 'gina'], { env, input: 'sesame', mayFail: true })
      expect(again).to.include({ code: 1, stderr: 'sluice: gina@localhost has an account already\n' })
      expect(await refusedLines(['account', 'add', 'hans'], env, 1)).to.deep.equal([
        'sluice: a password is needed',
      ])
      expect(
        await refusedLines(['account', 'add', 'hans@elsewhere', '--password', 'x'], env, 1),
      ).to.have.length(1)
      expect(await refusedLines(['account', 'remove', 'nobody'], env, 1)).to.deep.equal([
        'sluice: no account nobody',
      ])
    })

    it('prints a token that uploads, and verify finds the bytes in order', async () => {
      const { stdout: token } = await sluice(['token', 'alice'], { env })
      const file = new SeededBytes(7, 300_000)
      const upload = await createUpload(gateway.url, token.trim(), file.size)
      const answer = await patch(upload, file, { from: 0 })
      expect(answer.status).to.equal(204)
      expect((await sluice(['verify'], { env })).stdout).to.match(
        /^1 chunks of 300000 bytes, 0 of them wrong/,
      )
      expect((await sluice(['gc', '--dry-run'], { env })).stdout).to.match(/^would remove 0 objects/)
    })

    it('verify ends with 1 and names the chunk when a stored byte has changed', async () => {
      const blobs = join(backend.env.SLUICE_DATA_DIR ?? '', 'blobs')
      const [uploadId = ''] = await readdir(blobs)
      const [name = ''] = await readdir(join(blobs, uploadId))
      const bytes = await readFile(join(blobs, uploadId, name))
      bytes[1000] = (bytes[1000] ?? 0) ^ 1
      await writeFile(join(blobs, uploadId, name), bytes)
      const { code, stdout } = await sluice(['verify'], { env, mayFail: true })
      expect(code).to.equal(1)
      expect(stdout).to.include(`wrong bytes ${uploadId}/${name} of upload ${uploadId}`)
    })
  })

  it('starts nothing on a wrong configuration, and names every wrong variable', async () => {
    const lines = await refusedLines(
      ['start'],
      { SLUICE_PORT: 'x', SLUICE_PROT: '1', SLUICE_WORKERS: '2' },
      2,
    )
    expect(lines).to.have.length(3)
    for (const name of ['SLUICE_PORT', 'SLUICE_PROT', 'SLUICE_WORKERS']) expect(lines.join()).to.include(name)
    expect(await readdir(folder)).to.not.include('none')
  })

  it('says in one line that its port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const env = {
      SLUICE_PORT: String(port),
      SLUICE_LOG_LEVEL: 'silent',
      SLUICE_DATA_DIR: join(folder, 'port'),
    }
    expect(await refusedLines(['start'], env, 1)).to.deep.equal([
      `sluice: another program listens on 127.0.0.1:${port}`,
    ])
    server.close()
  })

  it('says in one line that its database or its object store is away', async () => {
    const away = 'postgres://me:hush@127.0.0.1:1/none'
    const [line = '', ...more] = await refusedLines(['start'], { SLUICE_DATABASE_URL: away }, 1)
    expect(more).to.deep.equal([])
    expect(line)
      .to.match(/^sluice: the database cannot be used: .*ECONNREFUSED/)
      .and.not.include('hush')
    const checked = await sluice(['check-config'], {
      env: { SLUICE_DATABASE_URL: away, SLUICE_DATA_DIR: join(folder, 'checked') },
      mayFail: true,
    })
    expect(checked.code).to.equal(1)
    expect(checked.stdout)
      .to.match(/^database: .*ECONNREFUSED/m)
      .and.not.include('hush')
  })

  it('ends with 2 on a wrong command line, with 0 on --help', async () => {
    expect(await refusedLines(['strat'], {}, 2)).to.have.length.greaterThan(0)
    expect(await refusedLines(['token'], {}, 2)).to.deep.equal(["error: missing required argument 'jid'"])
    expect((await sluice(['--help'], { env: {} })).stdout).to.include('account')
  })

  it('reaches a gateway whose data directory is too deep for a socket in it', async () => {
    const env = { SLUICE_DATA_DIR: join(folder, 'd'.repeat(100), 'e') }
    await mkdir(env.SLUICE_DATA_DIR, { recursive: true })
    // A service and its operator's shell seldom share one.
    const temporary = join(folder, 'temporary')
    await mkdir(temporary)
    const gateway = await startGateway({ env: { ...env, TMPDIR: temporary } })
    try {
      await sluice(['account', 'add', 'ida'], { env, input: 'sesame' })
      expect((await sluice(['account', 'list'], { env })).stdout).to.equal('ida@localhost\n')
    } finally {
      await gateway.stop()
    }
  })

  it('works on PostgreSQL and MinIO beside a gateway', async function () {
    const backend = await serverBackend(this)
    const { env } = backend
    const gateway = await startGateway({ env })
    try {
      await sluice(['account', 'add', 'jane'], { env, input: 'sesame' })
      expect((await sluice(['account', 'list'], { env })).stdout).to.equal('jane@localhost\n')
      const token = (await sluice(['token', 'jane'], { env })).stdout.trim()
      const file = new SeededBytes(8, 100_000)
      await patch(await createUpload(gateway.url, token, file.size), file, { from: 0 })
      expect((await sluice(['verify'], { env })).stdout).to.match(
        /^1 chunks of 100000 bytes, 0 of them wrong/,
      )
      const checked = (await sluice(['check-config'], { env })).stdout
      expect(checked).to.include('database: answers').and.include('object store: answers')
      expect(checked).to.not.include(env.SLUICE_S3_SECRET_KEY)
    } finally {
      await gateway.stop()
      await backend.drop()
    }
  })

  it('keeps every byte it has received when it is told to end in the middle of an upload', async () => {
    const backend = await embeddedBackend()
    const file = new SeededBytes(9, 6 * 1024 * 1024)
    const sent = 3_333_333
    const first = await startGateway({ env: backend.env })
    const token = (await sluice(['token', 'kim'], { env: backend.env })).stdout.trim()
    const upload = await createUpload(first.url, token, file.size)
    const body = request(upload.url, {
      method: 'PATCH',
      agent: false,
      headers: {
        'Tus-Resumable': '1.0.0',
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/offset+octet-stream',
        'Upload-Offset': '0',
        'Content-Length': String(file.size),
      },
    })
    const over = new Promise<void>((resolve) => {
      body
        .on('response', (answer) => answer.resume())
        .on('error', () => resolve())
        .on('close', () => resolve())
    })
    body.write(file.slice(0, sent))
    while ((await status(upload)).received < sent)
      await once(body, 'drain', { signal: AbortSignal.timeout(50) }).catch(() => {})
    first.signal('SIGTERM')
    expect(await first.exited).to.equal(0)
    await over
    const second = await startGateway({ env: { ...backend.env, SLUICE_PORT: new URL(first.url).port } })
    try {
      expect(await headOffset(upload)).to.equal(sent)
      expect((await patch(upload, file, { from: sent })).status).to.equal(204)
      expect((await status(upload)).state).to.equal('complete')
    } finally {
      await second.stop()
      await backend.drop()
    }
  })
})

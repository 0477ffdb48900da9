import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { after, before, describe, it } from 'mocha'
import { listenReal, type RealGateway } from '../../test/http/real-gateway.ts'
import { PublicAddresses } from '../operations/public-addresses.ts'
import { welcome } from '../operations/welcome.ts'

const run = promisify(execFile)
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('curl', function () {
  this.timeout(60_000)
  const bytes = randomBytes(3 * 1024 * 1024 + 11)
  let gateway: RealGateway
  let folder: string
  let token: string
  let link: string

  before(async function () {
    if (!(await run('curl', ['--version']).catch(() => undefined))) this.skip()
    gateway = await listenReal()
    token = await gateway.token()
    folder = await mkdtemp(join(tmpdir(), 'sluice-curl-'))
    await writeFile(join(folder, 'sent'), bytes)
    link = await upload()
  })
  after(async () => {
    if (!gateway) return
    await gateway.close()
    await rm(folder, { recursive: true })
  })

  const curl = async (...args: string[]) => (await run('curl', ['-sS', ...args], { cwd: folder })).stdout
  const received = async (name: string) => sha256(await readFile(join(folder, name)))

  /** One command; curl itself asks for 100 Continue before a body of this size. */
  async function upload(): Promise<string> {
    const headers = {
      Authorization: `Bearer ${token}`,
      'Tus-Resumable': '1.0.0',
      'Upload-Length': bytes.length,
      'Upload-Metadata': `filename ${Buffer.from('sent').toString('base64')}`,
      'Content-Type': 'application/offset+octet-stream',
    }
    const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    return (await curl(...lines, '-X', 'POST', '-T', 'sent', `${gateway.url}/uploads`)).trim()
  }

  it('uploads a file in one command, and gets its link', async () => {
    expect(link).to.match(/^http:\/\/127\.0\.0\.1:\d+\/media\/[\w-]+\/sent$/)
    await curl('-o', 'whole', link)
    expect(await received('whole')).to.equal(sha256(bytes))
  })

  it('uploads as the welcome says, whatever the file is called, with its type', async () => {
    const name = `${'ü'.repeat(60)} [1] 100%.png`
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
    await writeFile(join(folder, name), png)
    const addresses = new PublicAddresses({ publicUrl: gateway.url })
    const page = welcome({ addresses, domain: 'localhost' })
    const commands = page.slice(page.indexOf('     FILE=')).replace(/^ +FILE=.*/, '')
    const env = { ...process.env, FILE: join(folder, name), TOKEN: token }
    const { stdout } = await run('sh', ['-ec', commands], { env })
    const answer = await fetch(stdout.trim())
    expect(Buffer.from(await answer.arrayBuffer())).to.deep.equal(png)
    expect(decodeURIComponent(stdout.trim())).to.match(/\/ü{60} \[1\] 100%\.png$/)
    const known = await run('file', ['--version']).then(
      () => 'image/png',
      () => 'application/octet-stream',
    )
    expect(answer.headers.get('content-type')).to.equal(known)
  })

  it('brings a file into a slot (-T), and goes on with a part of its download (-C -)', async () => {
    const request = { principal: { owner: 'alice@example.org' }, name: 'a ü.bin', size: bytes.length }
    const { putUrl, getUrl } = await gateway.transfer.requestSlot.run(request)
    const put = (...args: string[]) => curl('-T', 'sent', '-w', '%{http_code}', ...args, putUrl)
    expect(await put()).to.equal('201')
    await writeFile(join(folder, 'slot'), bytes.subarray(0, 1_000_003))
    const taken = await curl('-C', '-', '-o', 'slot', '-w', '%{http_code} %{size_download}', getUrl)
    expect(taken).to.equal(`206 ${bytes.length - 1_000_003}`)
    expect(await received('slot')).to.equal(sha256(bytes))
    expect(await put('-o', 'refusal')).to.equal('409')
  })

  it('brings a file into a slot without its length', async () => {
    const request = { principal: { owner: 'alice@example.org' }, name: 'x', size: bytes.length }
    const { putUrl, getUrl } = await gateway.transfer.requestSlot.run(request)
    const chunked = ['-T', 'sent', '-H', 'Transfer-Encoding: chunked']
    expect(await curl(...chunked, '-w', '%{http_code}', putUrl)).to.equal('201')
    await curl('-o', 'unmeasured', getUrl)
    expect(await received('unmeasured')).to.equal(sha256(bytes))
  })

  it('goes on with a part of a download (-C -)', async () => {
    await writeFile(join(folder, 'part'), bytes.subarray(0, 1_000_003))
    const taken = await curl('-C', '-', '-o', 'part', '-w', '%{http_code} %{size_download}', link)
    expect(taken).to.equal(`206 ${bytes.length - 1_000_003}`)
    expect(await received('part')).to.equal(sha256(bytes))
  })

  it('does not transfer a file again that it holds (--etag-compare)', async () => {
    await curl('--etag-save', 'etag', '-o', 'first', link)
    const taken = await curl(
      '--etag-compare',
      'etag',
      '-o',
      'second',
      '-w',
      '%{http_code} %{size_download}',
      link,
    )
    expect(taken).to.equal('304 0')
  })

  it('reads the refusal of a body that it was not to send', async () => {
    const headers = [
      '-H',
      'Authorization: Bearer nonsense',
      '-H',
      'Tus-Resumable: 1.0.0',
      '-H',
      'Expect: 100-continue',
    ]
    const write = ['-w', '\n%{http_code} %{size_upload}']
    const answer = await curl(...headers, ...write, '--data-binary', '@sent', `${gateway.url}/uploads`)
    expect(answer)
      .to.contain('"code":"not-authorized"')
      .and.match(/\n401 0$/)
  })
})

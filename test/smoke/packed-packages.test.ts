import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { sharedChromium } from '../browser/chromium.ts'
import { openPage } from '../browser/open-page.ts'
import { PageServer } from '../browser/page-server.ts'
import { buildPackages } from '../stack/build-packages.ts'
import { answers, Child } from '../stack/child.ts'
import { freePort } from '../stack/free-port.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { createUpload, patch, status } from '../stack/tus-upload.ts'
import { BUNDLERS } from './bundlers.ts'

const execute = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const PACKAGES = ['protocol', 'client', 'gateway'] as const
const AN_EXPORT = { protocol: 'decodeOffer', client: 'createClient', gateway: 'startGateway' }

/** What an app does, on Node or in a page: two accounts, a file from one to the other, and its text. */
const EXCHANGE = `
import { createClient, memoryStore } from '@sluice/client'

async function login(serverUrl, username, store) {
  const client = createClient({ serverUrl, domain: 'localhost', ...(store && { store: store() }) })
  await client.register({ username, password: 'correct horse' })
  await client.connect({ username, password: 'correct horse' })
  return client
}

async function exchange(serverUrl, where, store) {
  const [sender, receiver] = [await login(serverUrl, 'from-' + where, store), await login(serverUrl, 'to-' + where, store)]
  const received = new Promise((resolve) => receiver.on('message', resolve))
  const file = new Blob(['hello from ' + where])
  await sender.media.send({ to: 'to-' + where + '@localhost', file }).done
  const { blob } = await receiver.media.download((await received).msgId).done
  await Promise.all([sender.close(), receiver.close()])
  return blob.text()
}`

/** In a page: what the message says of a picture's size and preview. */
const PICTURE = `
async function picture(serverUrl, where) {
  const sender = await login(serverUrl, 'painter-' + where)
  const canvas = new OffscreenCanvas(640, 480)
  canvas.getContext('2d').fillRect(0, 0, 320, 480)
  const file = await canvas.convertToBlob()
  const { msgBody } = await sender.media.send({ to: 'to-' + where + '@localhost', kind: 'image', file }).done
  await sender.close()
  return msgBody.media.width + ' x ' + msgBody.media.height + ', ' + msgBody.media.thumbImage
}`

describe('the packed packages, installed into an empty project', function () {
  this.timeout(240_000)
  let project: string

  before(async () => {
    project = await mkdtemp(join(tmpdir(), 'sluice-smoke-'))
    await buildPackages()
    const workspaces = PACKAGES.flatMap((name) => ['-w', `packages/${name}`])
    const packed = await run('npm', ['pack', '--json', '--pack-destination', project, ...workspaces], ROOT)
    const tarballs = JSON.parse(packed) as { filename: string }[]
    await write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
    const typesForNode = createRequire(import.meta.url).resolve('@types/node/package.json')
    await run('npm', [
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      ...tarballs.map(({ filename }) => `./${filename}`),
      `@types/node@${JSON.parse(await readFile(typesForNode, 'utf8')).version}`,
    ])
  })

  after(() => rm(project, { recursive: true, force: true }))

  for (const name of PACKAGES) {
    it(`@sluice/${name} can be imported by plain Node without doing anything`, async () => {
      await write(
        'import.js',
        `const before = Object.keys(globalThis)
         const exported = Object.keys(await import('@sluice/${name}'))
         const handles = process.getActiveResourcesInfo().filter((kind) => !/^(TTY|Pipe)|Req/.test(kind))
         const globals = Object.keys(globalThis).filter((key) => !before.includes(key))
         console.log(JSON.stringify({ exported, handles, globals }))`,
      )
      const { exported, handles, globals } = JSON.parse(await run(process.execPath, ['import.js']))
      expect(exported).to.include(AN_EXPORT[name])
      expect(handles).to.deep.equal([])
      // The gateway is an application: what its libraries (zod, tsyringe) leave there is theirs.
      if (name !== 'gateway') expect(globals).to.deep.equal([])
    })

    it(`@sluice/${name} brings its licence and a page about itself`, async () => {
      const folder = join(project, 'node_modules/@sluice', name)
      expect(await readFile(join(folder, 'LICENSE'), 'utf8')).to.equal(
        await readFile(join(ROOT, 'LICENSE'), 'utf8'),
      )
      expect(await readFile(join(folder, 'README.md'), 'utf8')).to.match(
        new RegExp(`^# @sluice/${name}\n[^]+\`\`\``),
      )
    })

    it(`@sluice/${name} brings source maps whose sources are in the package, and no tests`, async () => {
      const folder = join(project, 'node_modules/@sluice', name)
      const files = await readdir(folder, { recursive: true })
      expect(files.filter((file) => /\.(test|contract)\.|tsbuildinfo$/.test(file))).to.deep.equal([])
      const maps = files.filter((file) => /^dist\/.*\.js\.map$/.test(file))
      expect(maps).to.have.length.above(5)
      for (const map of maps) {
        const { sources, sourcesContent = [] } = JSON.parse(await readFile(join(folder, map), 'utf8')) as {
          sources: string[]
          sourcesContent?: (string | null)[]
        }
        for (const [index, source] of sources.entries()) {
          // What was built in of other packages has its text in the map.
          const isOurs = !source.includes('node_modules')
          if (isOurs) await readFile(resolve(folder, dirname(map), source))
          else expect(sourcesContent[index], source).to.be.a('string')
        }
      }
    })
  }

  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ] as const) {
    it(`give a strict consumer their types with moduleResolution ${moduleResolution}`, async () => {
      await mkdir(join(project, moduleResolution), { recursive: true })
      await write(
        `${moduleResolution}/consumer.ts`,
        `import { createClient, SDK } from '@sluice/client'
         import { Refusal, type Offer } from '@sluice/protocol'
         export const offered = (offer: Offer): number => offer.size
         export const sent = SDK.sendTextMessage({ toJid: 'bob@localhost', message: 'hello' })
         export const code: string = new Refusal('bad-request').code
         export const client = createClient({ serverUrl: 'http://127.0.0.1:8400' })
         // @ts-expect-error the types are there: a number is no JID
         SDK.sendTextMessage({ toJid: 1, message: 'hello' })`,
      )
      const compilerOptions = {
        module,
        moduleResolution,
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        target: 'es2022',
        lib: ['es2023', 'dom', 'dom.asynciterable'],
        types: ['node'],
      }
      await write(`${moduleResolution}/tsconfig.json`, JSON.stringify({ compilerOptions }))
      await run(process.execPath, [TSC, '-p', moduleResolution])
    })
  }

  it('bring the command `sluice`', async () => {
    const told = await run('npx', ['--no-install', 'sluice', 'check-config'])
    expect(told).to.match(/\S/)
    const refused = await run('npx', ['--no-install', 'sluice', 'check-config'], project, {
      SLUICE_PORT: 'eighty',
    }).catch((error: Error) => error.message)
    expect(refused).to.match(/SLUICE_PORT.*eighty/s)
  })

  describe('start a gateway that', () => {
    const sluice = () => join(project, 'node_modules/.bin/sluice')
    let env: Record<string, string>
    let url: string
    let gateway: Child

    before(async () => {
      const port = String(await freePort())
      url = `http://127.0.0.1:${port}`
      env = { SLUICE_DATA_DIR: join(project, 'data'), SLUICE_PORT: port, SLUICE_REGISTRATION: 'open' }
      gateway = await Child.start(sluice(), ['start'], { cwd: project, env: { ...process.env, ...env } })
      await gateway.waitUntil(() => answers(`${url}/readyz`), 'the packed gateway', 60_000)
    })
    after(() => gateway?.stop())

    it('serves its page', async () => {
      const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
      const [, script = 'the page has no script'] =
        /<script type="module"[^>]* src="\.\/([^"]+)"/.exec(page) ?? []
      expect((await fetch(`${url}/${script}`)).status, script).to.equal(200)
    })

    it('takes an upload', async () => {
      const token = (await run(sluice(), ['token', 'alice@localhost'], project, env)).trim()
      const file = new SeededBytes('packed', 100_000)
      const upload = await createUpload(url, token, file.size)
      expect((await patch(upload, file, { from: 0 })).status).to.equal(204)
      expect((await status(upload)).state).to.equal('complete')
    })

    it('is what a plain Node program sends to and receives from', async () => {
      await write('exchange.js', `${EXCHANGE}\nconsole.log(await exchange('${url}', 'node', memoryStore))`)
      expect((await run(process.execPath, ['exchange.js'])).trim()).to.equal('hello from node')
    })

    for (const [bundler, build] of Object.entries(BUNDLERS)) {
      it(`is what a page built by ${bundler} sends to and receives from, also a picture`, async function () {
        const browser = await sharedChromium(this)
        const folder = join(project, bundler)
        await mkdir(folder)
        await write(
          `${bundler}/index.html`,
          '<!doctype html><link rel="icon" href="data:,"><script type="module" src="main.js"></script>',
        )
        await write(
          `${bundler}/main.js`,
          `${EXCHANGE}\n${PICTURE}\nObject.assign(globalThis, { exchange, picture })`,
        )
        await build(folder)
        const built = join(folder, 'dist')
        const names = (await readdir(built, { recursive: true })).filter((name) => /\.\w+$/.test(name))
        const files = await Promise.all(
          names.map(async (name) => [name, await readFile(join(built, name), 'utf8')] as const),
        )
        const server = await PageServer.open({ files: new Map(files) })
        const page = await openPage(browser, server.url)
        expect(await page.evaluate(`exchange('${url}', '${bundler}')`)).to.equal(`hello from ${bundler}`)
        expect(await page.evaluate(`picture('${url}', '${bundler}')`)).to.match(/^640 x 480, data:image\//)
        await page.context().close()
        await server.close()
      })
    }

    it('ends in good order', async () => {
      await gateway.stop()
      expect(await gateway.exited, gateway.output).to.equal(0)
    })
  })

  async function run(command: string, args: string[], cwd = project, env: Record<string, string> = {}) {
    try {
      return (await execute(command, args, { cwd, env: { ...process.env, ...env } })).stdout
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string }
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
    }
  }

  function write(name: string, text: string): Promise<void> {
    return writeFile(join(project, name), text)
  }
})

import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { AdminCommand } from './admin-command.ts'
import { askRunningGateway } from './control-client.ts'
import { controlPath } from './control-path.ts'
import { openControlServer } from './control-server.ts'
import { OperatorError } from './operator-error.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

describe('the control socket', () => {
  let directory: string
  let server: { close(): Promise<void> } | undefined

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-control-'))
  })

  afterEach(async () => {
    await server?.close()
    server = undefined
    await rm(directory, { recursive: true })
  })

  async function open(
    run: (command: AdminCommand, print: (line: string) => void, signal?: AbortSignal) => Promise<boolean>,
  ) {
    const path = controlPath(directory)
    server = await openControlServer({ path, administration: { run }, logger: silent })
    return path
  }

  async function ask(path: string, command: AdminCommand) {
    const lines: string[] = []
    const done = await askRunningGateway({ path, command, print: (line) => lines.push(line) })
    return { done, lines }
  }

  it('has the running gateway do a command and prints what it prints', async () => {
    const seen: AdminCommand[] = []
    const path = await open(async (command, print) => {
      seen.push(command)
      print('one\ntwo')
      print('three')
      return false
    })
    const command: AdminCommand = { name: 'account add', account: 'alice', password: 'päss "w"\n' }
    expect(await ask(path, command)).to.deep.equal({ done: false, lines: ['one\ntwo', 'three'] })
    expect(seen).to.deep.equal([command])
  })

  it('can be opened by its user alone', async () => {
    const path = await open(async () => true)
    expect((await stat(path)).mode & 0o777).to.equal(0o600)
  })

  it('hands a failure over as its one line', async () => {
    const path = await open(async () => {
      throw new OperatorError('no account bob')
    })
    const failure = await ask(path, { name: 'verify' }).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(OperatorError).with.property('message', 'no account bob')
  })

  it('says so when the gateway ends in the middle', async () => {
    const path = await open(async (_, print) => {
      print('begun')
      void server?.close()
      server = undefined
      return new Promise<boolean>(() => {})
    })
    const failure = await ask(path, { name: 'verify' }).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(OperatorError)
  })

  it('lets go of a command whose operator has gone', async () => {
    let abandoned: () => void = () => {}
    const letGo = new Promise<void>((resolve) => {
      abandoned = resolve
    })
    const path = await open((_, print, signal) => {
      signal?.addEventListener('abort', abandoned)
      print('begun')
      return new Promise<boolean>(() => {})
    })
    const socket = net.connect(path)
    socket.write('{"name":"verify"}\n')
    socket.once('data', () => socket.destroy())
    await letGo
  })

  it('refuses what is no command, and lives on', async () => {
    const path = await open(async () => true)
    for (const text of ['{"name":"rm"}', 'nonsense', '{"name":"account add"}']) {
      const socket = net.connect(path)
      socket.end(`${text}\n`)
      let answer = ''
      for await (const bytes of socket) answer += bytes
      expect(JSON.parse(answer), text).to.have.property('failure')
    }
    expect((await ask(path, { name: 'verify' })).done).to.equal(true)
  })

  it('is nobody when no gateway runs, also where a crash left its socket', async () => {
    const path = controlPath(directory)
    expect(await askRunningGateway({ path, command: { name: 'verify' }, print() {} })).to.equal(undefined)
    await writeFile(path, '')
    expect(await askRunningGateway({ path, command: { name: 'verify' }, print() {} })).to.equal(undefined)
    await open(async () => true)
    expect((await ask(path, { name: 'verify' })).done).to.equal(true)
  })

  describe('in a data directory whose path is too long for a socket', () => {
    const { TMPDIR } = process.env
    let deep: string

    beforeEach(async () => {
      deep = join(directory, 'd'.repeat(120))
      await mkdir(deep)
    })

    afterEach(() => {
      if (TMPDIR === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = TMPDIR
    })

    it('lies there all the same, for its user alone, and is gone with the gateway', async () => {
      const path = controlPath(deep)
      server = await openControlServer({ path, administration: { run: async () => true }, logger: silent })
      expect(await readdir(deep)).to.deep.equal(['control.sock'])
      expect((await stat(path)).mode & 0o777).to.equal(0o600)
      await server.close()
      server = undefined
      expect(await readdir(deep)).to.deep.equal([])
    })

    it('is reached by who has another temporary folder, itself too deep or in use, and leaves nothing in it', async () => {
      const [own, other] = [join(directory, 'o'), join(directory, 'p')]
      for (const folder of [own, other]) await mkdir(folder)
      process.env.TMPDIR = own
      const path = controlPath(deep)
      server = await openControlServer({ path, administration: { run: async () => true }, logger: silent })
      for (const folder of [own, other, deep]) {
        process.env.TMPDIR = folder
        expect((await ask(path, { name: 'verify' })).done, folder).to.equal(true)
      }
      expect([...(await readdir(own)), ...(await readdir(other))]).to.deep.equal([])
    })

    it('says so when no shorter name can be had', async () => {
      process.env.TMPDIR = join(directory, 'n')
      const failure = await ask(controlPath(deep), { name: 'verify' }).catch((error: unknown) => error)
      expect(failure).to.be.instanceOf(OperatorError)
      expect(String(failure)).to.include('too long for a socket')
    })
  })

  it('says in one line why it cannot be reached', async () => {
    const file = join(directory, 'file')
    await writeFile(file, '')
    const failure = await ask(controlPath(file), { name: 'verify' }).catch((error: unknown) => error)
    expect(failure)
      .to.be.instanceOf(OperatorError)
      .with.property('message', `SLUICE_DATA_DIR ${file} is not a directory`)
  })

  it('says whose it is when it is another user’s', async () => {
    const path = await open(async () => true)
    // Nothing is denied to root, so that one asks as nobody.
    const isRoot = process.geteuid?.() === 0
    if (isRoot) process.seteuid?.(65_534)
    else await chmod(path, 0)
    const failure = await ask(path, { name: 'verify' }).catch((error: unknown) => error)
    if (isRoot) process.seteuid?.(0)
    expect(failure)
      .to.be.instanceOf(OperatorError)
      .with.property('message', `the gateway in ${directory} belongs to another user: run this as that user`)
  })
})

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { askGateway } from './ask-gateway.ts'
import { readConfig } from './config.ts'
import type { AdminCommand } from './operations/admin-command.ts'
import { OperatorError } from './operations/operator-error.ts'

const ADD: AdminCommand = { name: 'account add', account: 'alice', password: 'sesame' }

describe('askGateway, where no gateway runs', function () {
  this.timeout(60_000)
  let folder: string
  let dataDir: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-ask-'))
    dataDir = join(folder, 'data')
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function ask(command: AdminCommand, environment: Record<string, string> = {}) {
    const config = readConfig({ SLUICE_DATA_DIR: dataDir, SLUICE_LOG_LEVEL: 'silent', ...environment })
    const [lines, remarks]: [string[], string[]] = [[], []]
    const print = (line: string) => lines.push(line)
    await askGateway({ config, command, print, remark: (line) => remarks.push(line) })
    return { lines, remarks }
  }

  const commands: AdminCommand[] = [
    { name: 'token', jid: 'alice' },
    { name: 'gc', dryRun: true },
    { name: 'verify' },
    { name: 'account list' },
    { name: 'account remove', account: 'alice' },
  ]
  for (const command of commands) {
    it(`refuses ${command.name} in a folder where none has run, and makes nothing there`, async () => {
      const failure = await ask(command).catch((error: unknown) => error)
      expect(failure)
        .to.be.instanceOf(OperatorError)
        .with.property(
          'message',
          `no gateway has run in ${dataDir}; run this in its folder or set SLUICE_DATA_DIR`,
        )
      expect(await readdir(folder)).to.deep.equal([])
    })
  }

  it('makes an account before the first start, says where, and does the rest from then on', async () => {
    expect(await ask(ADD)).to.deep.equal({
      lines: ['added alice@localhost'],
      remarks: [`no gateway has run in ${dataDir} yet; it is made now`],
    })
    expect(await ask({ name: 'account list' })).to.deep.equal({ lines: ['alice@localhost'], remarks: [] })
  })

  it('names the variable when the data directory is a file', async () => {
    await writeFile(dataDir, '')
    for (const command of [ADD, { name: 'verify' } as const]) {
      const failure = await ask(command).catch((error: unknown) => error)
      expect(failure)
        .to.be.instanceOf(OperatorError)
        .with.property('message', `SLUICE_DATA_DIR ${dataDir} is not a directory`)
    }
  })
})

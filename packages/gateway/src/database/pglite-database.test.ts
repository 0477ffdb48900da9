import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { describeDatabase } from './database.contract.ts'
import { openPglite } from './pglite-database.ts'

describeDatabase('PGlite', async (context) => {
  context.timeout(60_000)
  return { database: await openPglite(), tearDown: async () => {} }
})

describe('PGlite', function () {
  this.timeout(60_000)
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-pglite-'))
  })

  afterEach(() => rm(folder, { recursive: true }))

  it('keeps every answered row when its process is killed', async () => {
    const dataDir = join(folder, 'database')
    const script = `
      const { openPglite } = await import(${JSON.stringify(new URL('./pglite-database.ts', import.meta.url).href)})
      const database = await openPglite(${JSON.stringify(dataDir)})
      await database.query('create table number(n int)')
      for (let n = 1; ; n++) {
        await database.query('insert into number values($1)', [n])
        process.stdout.write(n + ' ')
      }`
    const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes(' 200 ')) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const answered = Number(/(\d+) \d*$/.exec(said)?.[1])
    const database = await openPglite(dataDir)
    const { rows } = await database.query<{ count: number; last: number }>(
      'select count(*) as count, max(n) as last from number',
    )
    await database.close()
    expect(rows[0]?.last).to.be.at.least(answered).and.at.least(200)
    expect(rows[0]?.count).to.equal(rows[0]?.last)
  })

  it('rejects at opening what is no database', async () => {
    const file = join(folder, 'file')
    await writeFile(file, 'no folder')
    const error = await openPglite(join(file, 'database')).catch((error: unknown) => error)
    expect(error).to.be.instanceOf(Error)
  })
})

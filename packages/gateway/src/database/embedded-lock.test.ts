import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { DataDirectoryLocked } from './data-directory-locked.ts'
import { type EmbeddedLock, type LockAttempt, lockDataDirectory } from './embedded-lock.ts'
import { lockByFile } from './lock-by-file.ts'
import { lockBySocket } from './lock-by-socket.ts'

const WAYS = { lockByFile, lockBySocket }

describe('The lock of a data directory', () => {
  let directory: string
  const children: ChildProcess[] = []

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-lock-'))
  })

  afterEach(async () => {
    for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
    await rm(directory, { recursive: true })
  })

  it('makes the directory, and names it and the holder to who comes second', async () => {
    const wanted = join(directory, 'new', 'data')
    const lock = await lockDataDirectory(wanted)
    const error = await lockDataDirectory(wanted).catch((error: unknown) => error)
    await lock.release()
    expect(error).to.be.instanceOf(DataDirectoryLocked)
    expect(error).to.include({ code: 'data-directory-locked', directory: wanted, holder: process.pid })
    expect((error as Error).message)
      .to.contain(wanted)
      .and.to.contain(`process ${process.pid}`)
  })

  it('is the same for every spelling of the path', async () => {
    const other = join(directory, 'link')
    await symlink(directory, other)
    const lock = await lockDataDirectory(directory)
    expect(await lockDataDirectory(other).catch((error: unknown) => error)).to.be.instanceOf(
      DataDirectoryLocked,
    )
    await lock.release()
  })

  for (const [way, attempt] of Object.entries(WAYS)) {
    describe(`by ${way}`, () => {
      it('keeps a second process out, and lets it in right after a SIGKILL of the first', async () => {
        const holder = await holdInChild(way)
        expect(await attempt(directory)).to.deep.equal({ holder: holder.pid })
        holder.kill('SIGKILL')
        await once(holder, 'exit')
        await taken(await attempt(directory)).release()
      })

      it('lets one of many in at once', async () => {
        for (const followed of [false, true]) {
          if (followed) {
            const holder = await holdInChild(way)
            holder.kill('SIGKILL')
            await once(holder, 'exit')
          }
          const attempts = await Promise.all(Array.from({ length: 8 }, () => attempt(directory)))
          const locks = attempts.filter((one) => 'lock' in one)
          expect(locks).to.have.length(1)
          for (const one of locks) await taken(one).release()
        }
      })

      it('is free after its release, which may be said twice', async () => {
        const lock = taken(await attempt(directory))
        await lock.release()
        const next = taken(await attempt(directory))
        await lock.release()
        expect(await attempt(directory)).to.have.property('holder', process.pid)
        await next.release()
        await taken(await attempt(directory)).release()
      })
    })
  }

  it('leaves no more than one small file behind where it is a file', async () => {
    for (let turn = 0; turn < 3; turn++) await taken(await lockByFile(directory)).release()
    expect(await readdir(directory)).to.deep.equal(['lock.6'])
  })

  it('does not hear the holder for ever: a stopped one is told without its process id', async () => {
    const holder = await holdInChild('lockBySocket')
    holder.kill('SIGSTOP')
    expect(await lockBySocket(directory)).to.deep.equal({ holder: undefined })
  })

  /** Another real process that holds the lock until it is killed. */
  async function holdInChild(way: string): Promise<ChildProcess> {
    const file = way === 'lockByFile' ? './lock-by-file.ts' : './lock-by-socket.ts'
    const script = `
      const { ${way} } = await import(${JSON.stringify(new URL(file, import.meta.url).href)})
      const attempt = await ${way}(${JSON.stringify(directory)})
      process.stdout.write('lock' in attempt ? 'held' : 'refused')
      setInterval(() => {}, 1000)`
    const child = spawn(
      process.execPath,
      ['--import=tsx', '--conditions=@sluice/source', '--input-type=module', '--eval', script],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    children.push(child)
    const [said] = await once(child.stdout, 'data')
    expect(String(said)).to.equal('held')
    return child
  }
})

function taken(attempt: LockAttempt): EmbeddedLock {
  if ('lock' in attempt) return attempt.lock
  throw new Error(`process ${attempt.holder} has the lock`)
}

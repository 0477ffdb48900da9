import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { lockFolder } from './folder-lock.ts'
import { StoreBusy } from './store.ts'

const MODULE = fileURLToPath(new URL('./folder-lock.ts', import.meta.url))

/** A process that holds the folder until it is killed. */
async function holder(folder: string, platform: string): Promise<ChildProcess> {
  const program = `import { lockFolder } from ${JSON.stringify(MODULE)}
    await lockFolder(${JSON.stringify(folder)}, ${JSON.stringify(platform)})
    process.stdout.write('held')
    setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

for (const platform of ['linux', 'any other']) {
  describe(`the lock of a folder, as on ${platform}`, () => {
    let folder = ''
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lock-'))
    })
    afterEach(() => rm(folder, { recursive: true }))

    const lock = (path = folder) => lockFolder(path, platform)
    const refused = (path = folder) =>
      lock(path).then(
        () => expect.fail('it was not refused'),
        (error) => error,
      )

    it('is held by one, and free when released', async () => {
      const held = await lock()
      expect(await refused()).to.be.instanceOf(StoreBusy)
      await held.release()
      await held.release()
      await (await lock()).release()
    })

    it('is refused to another process, and free at once after it was killed', async () => {
      const child = await holder(folder, platform)
      expect(await refused()).to.be.instanceOf(StoreBusy)
      child.kill('SIGKILL')
      await once(child, 'exit')
      await (await lock()).release()
    })

    it('is the same by every path to the folder', async () => {
      const other = `${folder}-link`
      await symlink(folder, other)
      const held = await lock()
      expect(await refused(other)).to.be.instanceOf(StoreBusy)
      await held.release()
      await rm(other)
    })
  })
}

describe('the lock of a folder by a file', () => {
  it('is not taken for held when its process id was given to another process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lock-'))
    await writeFile(join(folder, 'lock'), JSON.stringify({ pid: process.pid, started: 'long ago' }))
    await (await lockFolder(folder, 'any other')).release()
    await rm(folder, { recursive: true })
  })
})

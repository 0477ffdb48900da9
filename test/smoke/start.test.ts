import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { buildPackages } from '../stack/build-packages.ts'
import { answers, Child } from '../stack/child.ts'
import { freePort } from '../stack/free-port.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const LIMIT_MS = 60_000

describe('npm start', function () {
  this.timeout(240_000)
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-start-'))
    await buildPackages()
  })
  after(() => rm(folder, { recursive: true }))

  it('answers /readyz on a new data directory and again on a used one, and ends in good order', async () => {
    const env = { ...process.env, SLUICE_DATA_DIR: join(folder, 'data') }
    // How long it takes is printed, not asserted: it is the machine's as much as ours.
    for (const [which, dueMs] of [
      ['first', 10_000],
      ['second', 3_000],
    ] as const) {
      const port = String(await freePort())
      const began = performance.now()
      const gateway = await Child.start(process.execPath, ['packages/gateway/dist/cli.js', 'start'], {
        cwd: ROOT,
        env: { ...env, SLUICE_PORT: port },
      })
      try {
        const ready = () => answers(`http://127.0.0.1:${port}/readyz`)
        await gateway.waitUntil(ready, 'the gateway', LIMIT_MS)
        const tookMs = Math.round(performance.now() - began)
        console.log(`      ready after ${tookMs} ms of its ${which} start, due within ${dueMs}`)
      } finally {
        await gateway.stop()
      }
      expect(await gateway.exited, gateway.output).to.equal(0)
    }
  })
})

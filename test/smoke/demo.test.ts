import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { brokenPromises, type DemoResult } from '../../examples/demo/demo-table.ts'

const MIB = 1024 ** 2

describe('npm run demo', function () {
  this.timeout(180_000)
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-demo-test-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('brings a real file over two cancels and a killed gateway, and says where it stopped and went on', async () => {
    const file = join(folder, 'real.bin')
    await writeFile(file, randomBytes(64 * MIB))
    const root = fileURLToPath(new URL('../../', import.meta.url))
    const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'demo', '--', file], {
      cwd: root,
    })

    const place = String.raw`[\d.]+ \w+ \(([\d.]+) %\)`
    for (const [row, share, kept] of [
      ['Alice cancelled', 30, 25],
      ['the gateway was killed', 60, 1],
      ['Bob cancelled', 30, 25],
    ] as const) {
      const [, at, wentOnAt] = new RegExp(`${row} +${place} +${place}`).exec(stdout) ?? []
      expect(Number(at), `${row} in\n${stdout}`).to.be.at.least(share)
      expect(Number(wentOnAt), row).to.be.within(kept, 100)
    }
    expect(stdout).to.match(/received when Alice cancelled {3}(\d+ B)\n {2}resumed at {22}\1 {3}equal/)
    expect(stdout).to.match(/SHA-256 sent {7}([0-9a-f]{64})\n {2}SHA-256 received {3}\1 {3}equal/)
  })

  describe('says which promise was broken', () => {
    const kept: DemoResult = {
      size: 1000,
      stops: [{ what: 'Bob cancelled', at: 300, wentOnAt: 310 }],
      cancel: { received: 305, wentOnAt: 305 },
      killCost: 90,
      wire: { up: 1100, down: 1000 },
      sha256: { sent: 'ab', received: 'ab' },
    }
    for (const [what, change, said] of [
      ['none', {}, []],
      ['other bytes', { sha256: { sent: 'ab', received: 'cd' } }, [/differs/]],
      ['bytes lost by a cancel', { cancel: { received: 305, wentOnAt: 304 } }, [/received 305.*at 304/]],
      [
        'a download that began anew',
        { stops: [{ ...kept.stops[0], wentOnAt: 0 }] },
        [/stopped at 300.*at 0/],
      ],
      ['bytes sent twice', { wire: { up: 1101, down: 1000 } }, [/1101.*1100/]],
    ] as [string, Partial<DemoResult>, RegExp[]][]) {
      it(`for ${what}`, () => {
        const lines = brokenPromises({ ...kept, ...change })
        expect(lines, lines.join()).to.have.length(said.length)
        for (const [index, pattern] of said.entries()) expect(lines[index]).to.match(pattern)
      })
    }
  })
})

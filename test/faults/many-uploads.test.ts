import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { type Backend, serverBackend } from '../stack/backends.ts'
import { buildPackages } from '../stack/build-packages.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { download, patch } from '../stack/tus-upload.ts'

const MIB = 1024 * 1024
const UPLOADS = 200
const BUDGET = 256 * MIB

describe('200 uploads of 8 MiB at once into MinIO', function () {
  this.timeout(300_000)
  let backend: Backend
  let gateway: Gateway

  before(async function () {
    if (process.platform !== 'linux') {
      console.log('      not run: only Linux tells the peak of resident memory (/proc/<pid>/status)')
      this.skip()
    }
    backend = await serverBackend(this)
    await buildPackages()
    const env = { ...backend.env, SLUICE_MEMORY_BUDGET_BYTES: String(BUDGET) }
    gateway = await startGateway({ env, run: 'dist' })
    await sluice(['account', 'add', 'alice'], { env: backend.env, input: 'secret\n' })
  })

  after(async () => {
    await gateway?.stop()
    await backend?.drop()
  })

  it('stay within the budget + 200 MiB of resident memory, all hashes right', async () => {
    const alice = await StanzaUser.login(gateway.url, 'alice', 'secret')
    const files = Array.from({ length: UPLOADS }, (_, index) => new SeededBytes(`many/${index}`, 8 * MIB))
    const slots = await Promise.all(files.map((file) => alice.offer({ size: file.size })))
    const answers = await Promise.all(
      slots.map((slot, index) =>
        patch({ url: slot.uploadUrl, token: slot.token }, files[index] as SeededBytes, { from: 0 }),
      ),
    )
    const failed = answers.filter((answer) => answer.status !== 204)
    if (failed.length > 0) console.log(gateway.logs)
    expect(failed).to.deep.equal([])
    const peak = await peakResidentBytes(gateway.pid)
    console.log(`      peak RSS ${Math.round(peak / MIB)} MiB, budget ${BUDGET / MIB} MiB`)
    expect(peak).to.be.at.most(BUDGET + 200 * MIB)
    for (const [index, slot] of slots.entries()) {
      expect((await download(slot.getUrl)).sha256).to.equal(files[index]?.sha256())
    }
    await alice.close()
  })
})

/** VmHWM of /proc/<pid>/status: the most that was ever resident, in bytes. */
async function peakResidentBytes(pid: number): Promise<number> {
  const [, kib] = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) * 1024
}

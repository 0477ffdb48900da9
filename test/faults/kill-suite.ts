import { expect } from 'chai'
import type { Backend, Skippable } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { moveSweepsBack } from '../stack/query-ledger.ts'
import { SeededBytes, seededRandom } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { storedObjects, unknownKeys } from '../stack/stored-objects.ts'
import { download, headOffset, patch, status, type TusUpload } from '../stack/tus-upload.ts'

const UPLOADS = 20
const MIB = 1024 * 1024
const SIZE = 64 * MIB
const BYTES_PER_SECOND = 48 * MIB
/** A kill before this may come before anything is acknowledged; a later one waits for that, on a slow machine too. */
const EARLY = SIZE / 4

/** One suite for each backend, in files of their own: they can run in two processes. */
export function describeKills(name: string, open: (context: Skippable) => Promise<Backend>): void {
  describe(`a gateway killed in mid-upload, on ${name}`, function () {
    this.timeout(600_000)
    const seed = Number(process.env.SLUICE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31))
    const random = seededRandom(seed)
    let backend: Backend
    let gateway: Gateway
    let acknowledgedInAll = 0

    before(async function () {
      console.log(`      SLUICE_TEST_SEED=${seed}`)
      backend = await open(this)
      gateway = await startGateway({ env: backend.env })
      await sluice(['account', 'add', 'alice'], { env: backend.env, input: 'secret\n' })
    })

    after(async () => {
      await gateway?.stop()
      await backend?.drop()
    })

    for (let run = 0; run < UPLOADS; run++) {
      const killAt = Math.floor(random() * SIZE)
      it(`loses no acknowledged byte when it is killed at byte ${killAt} (I2)`, async () => {
        const file = new SeededBytes(`${seed}/${run}`, SIZE)
        const alice = await StanzaUser.login(gateway.url, 'alice', 'secret')
        const slot = await alice.offer({ size: SIZE })
        const upload: TusUpload = { url: slot.uploadUrl, token: slot.token }

        let sent = 0
        let acknowledged = 0
        let killed: Promise<void> | undefined
        const killWhenDue = () => {
          if (sent >= killAt && (acknowledged > 0 || killAt < EARLY)) killed ??= gateway.kill('SIGKILL')
        }
        const watching = watch(upload, {
          told(committed) {
            acknowledged = Math.max(acknowledged, committed)
            killWhenDue()
          },
          killed: () => killed !== undefined,
        })
        watching.catch(() => {}) // awaited below
        const broken = await patch(upload, file, {
          from: 0,
          bytesPerSecond: BYTES_PER_SECOND,
          onSent(offset) {
            sent = offset
            killWhenDue()
          },
        }).then(
          () => false,
          () => true,
        )
        if (broken) expect(killed, 'the gateway was killed before it broke').to.not.equal(undefined)
        else {
          acknowledged = SIZE
          killed ??= gateway.kill('SIGKILL') // it was faster than the watch
        }
        await watching
        await killed
        acknowledgedInAll += acknowledged

        gateway = await startGateway({ env: { ...backend.env, SLUICE_PORT: new URL(gateway.url).port } })
        const offset = await headOffset(upload)
        expect(offset).to.be.at.least(acknowledged)
        if (broken) {
          const answer = await patch(upload, file, { from: offset })
          expect(answer.status, answer.body).to.equal(204)
          expect(Number(answer.headers['upload-offset'])).to.equal(SIZE)
        }
        expect((await status(upload)).state).to.equal('complete')
        expect(await download(slot.getUrl)).to.deep.equal({ status: 200, bytes: SIZE, sha256: file.sha256() })
      })
    }

    it('had acknowledged bytes before the kills', () => {
      console.log(`      acknowledged before ${UPLOADS} kills: ${Math.round(acknowledgedInAll / MIB)} MiB`)
      expect(acknowledgedInAll).to.be.greaterThan(0)
    })

    it('has no object that the ledger does not know, after a sweep (I6)', async () => {
      await gateway.stop()
      const swept = await moveSweepsBack(backend)
      expect(swept, 'uploads to sweep').to.not.deep.equal([])
      // Where each kill hit is luck; this one lies as a kill between a PUT and its commit leaves it.
      const planted = `${swept[0]}/${SIZE}-00ff`
      await storedObjects(backend).write(planted, Buffer.from('stored, never committed'))
      const left = await unknownKeys(backend)
      console.log(`      ${left.length - 1} objects left by the kills`)
      expect(left).to.include(planted)

      gateway = await startGateway({ env: backend.env })
      await gateway.logged('upload swept', swept.length)
      await gateway.stop()
      expect(await unknownKeys(backend)).to.deep.equal([])
      expect((await sluice(['verify'], { env: backend.env })).stdout).to.match(/\b0 of them wrong\b/)
    })
  })
}

/** Polls the state until the gateway has been killed, and tells each committed offset that it was told. */
async function watch(
  upload: TusUpload,
  { told, killed }: { told(committed: number): void; killed(): boolean },
): Promise<void> {
  for (;;) {
    try {
      told((await status(upload)).committed)
    } catch (error) {
      if (killed()) return
      throw error
    }
  }
}

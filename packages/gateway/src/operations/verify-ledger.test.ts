import { randomUUID } from 'node:crypto'
import { appendFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import { FilesystemBlobStore } from '../storage/filesystem-blob-store.ts'
import type { Chunk } from '../transfer/upload-ledger.ts'
import { CollectGarbage } from './collect-garbage.ts'
import { SystemClock } from './system-clock.ts'
import { type ChunkProblem, VerifyLedger } from './verify-ledger.ts'

const HOURS_AGO = new Date(Date.now() - 2 * 3_600_000)

describe('a store held against its ledger', () => {
  const clock = new SystemClock()
  let directory: string
  let store: FilesystemBlobStore
  let rows: (Chunk & { uploadId: string })[]
  const ledger = {
    async known(keys: readonly string[]) {
      return new Set(rows.map(({ key }) => key).filter((key) => keys.includes(key)))
    },
    async *allChunks() {
      yield* [...rows]
    },
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-verify-'))
    store = new FilesystemBlobStore({ directory })
    rows = []
    await store.open()
  })

  afterEach(() => rm(directory, { recursive: true }))

  async function putOld(text: string, suffix = '0-ab'): Promise<string> {
    const key = `${randomUUID()}/${suffix}`
    await store.put(key, [Buffer.from(text)])
    await utimes(join(directory, key), HOURS_AGO, HOURS_AGO)
    return key
  }

  async function putChunk(text: string): Promise<Chunk & { uploadId: string }> {
    const key = await putOld(text)
    const row = { uploadId: key.slice(0, 36), start: 10, stop: 10 + text.length, key, crc32: crc32(text) }
    rows.push(row)
    return row
  }

  async function verify() {
    const problems: ChunkProblem[] = []
    const unknown: string[] = []
    const report = await new VerifyLedger({ ledger, store, clock }).run({
      onProblem: (problem) => problems.push(problem),
      onUnknown: ({ key }) => unknown.push(key),
    })
    return { report, problems, unknown }
  }

  it('finds nothing wrong with a store that is as the ledger says', async () => {
    await putChunk('hello')
    await putChunk('you')
    const { report } = await verify()
    expect(report).to.deep.equal({ chunks: 2, bytes: 8, problems: 0, unknown: 0 })
  })

  it('names chunks that are missing, too long or changed', async () => {
    const [missing, long, changed] = [await putChunk('one'), await putChunk('two'), await putChunk('three')]
    await putChunk('fine')
    await store.remove([missing.key])
    await appendFile(join(directory, long.key), 'x')
    await writeFile(join(directory, changed.key), 'tHree')
    const { report, problems } = await verify()
    expect(report).to.include({ chunks: 4, problems: 3 })
    expect(problems).to.deep.equal([
      { uploadId: missing.uploadId, key: missing.key, problem: 'missing' },
      { uploadId: long.uploadId, key: long.key, problem: 'wrong length' },
      { uploadId: changed.uploadId, key: changed.key, problem: 'wrong bytes' },
    ])
  })

  it('takes a chunk that is deleted meanwhile for no problem', async () => {
    const gone = await putChunk('gone')
    const length = store.length.bind(store)
    store.length = async (key) => {
      await store.remove([key])
      rows = rows.filter((row) => row !== gone)
      return length(key)
    }
    expect((await verify()).report).to.include({ chunks: 1, problems: 0 })
  })

  it('lists old objects without a row, but neither young ones nor those that are not ours', async () => {
    const lost = await putOld('lost')
    await store.put(`${randomUUID()}/0-ab`, [Buffer.from('young')])
    await putOld('foreign', 'abc')
    const { report, unknown } = await verify()
    expect(unknown).to.deep.equal([lost])
    expect(report).to.include({ problems: 0, unknown: 1 })
  })

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('stop'))
    await putChunk('chunk')
    await putOld('lost')
    const listener = { onProblem() {}, onUnknown() {}, signal }
    const verifying = await new VerifyLedger({ ledger, store, clock })
      .run(listener)
      .catch((error: unknown) => error)
    expect(verifying).to.have.property('message', 'stop')
    const garbage = new CollectGarbage({ ledger, store, clock })
    const collecting = await garbage
      .run({ dryRun: false, onFound() {}, signal })
      .catch((error: unknown) => error)
    expect(collecting).to.have.property('message', 'stop')
  })

  it('removes as garbage what it would list, and nothing else', async () => {
    const kept = [(await putChunk('chunk')).key, await putOld('foreign', 'abc')]
    const [lost, half] = [await putOld('lost'), await putOld('half')]
    const found: string[] = []
    const garbage = new CollectGarbage({ ledger, store, clock })
    const onFound = ({ key }: { key: string }) => found.push(key)
    expect(await garbage.run({ dryRun: true, onFound })).to.deep.equal({ objects: 2, bytes: 8 })
    expect(await store.length(lost)).to.equal(4)
    expect(await garbage.run({ dryRun: false, onFound })).to.deep.equal({ objects: 2, bytes: 8 })
    expect(found.sort()).to.deep.equal([lost, half, lost, half].sort())
    for (const key of [lost, half]) expect(await store.length(key)).to.equal(undefined)
    for (const key of kept) expect(await store.length(key), key).to.be.greaterThan(0)
  })
})

import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { freshDatabase } from '../../../../test/stack/servers.ts'
import type { DatabaseError } from './database-error.ts'
import { migrate } from './migrate.ts'
import { openPglite } from './pglite-database.ts'
import { openPostgres } from './postgres-database.ts'
import type { Database } from './sql.ts'

const OPENERS = {
  PGlite: async (context: Mocha.Context) => {
    context.timeout(60_000)
    return { database: await openPglite(), drop: async () => {} }
  },
  PostgreSQL: async (context: Mocha.Context) => {
    const { url, drop } = await freshDatabase(context)
    return { database: await openPostgres(url), drop }
  },
}

for (const [name, open] of Object.entries(OPENERS))
  describe(`The schema in ${name}`, () => {
    let database: Database
    let drop: () => Promise<void>
    let id: string

    before(async function () {
      ;({ database, drop } = await open(this))
      await migrate(database)
    })

    after(async () => {
      await database?.close()
      await drop?.()
    })

    beforeEach(async () => {
      id = randomUUID()
      await upload(id, 'paused', 30)
    })

    /** With chunks of ten bytes up to `committed`. */
    async function upload(id: string, state: string, committed: number): Promise<void> {
      await database.transaction(async (sql) => {
        await sql.query(
          `insert into upload(id, owner, size, committed, state, epoch, grant_no, expires_at)
           values($1, 'alice@localhost', $2, $3, $4, 5, 5, now() + interval '1 day')`,
          [id, state === 'complete' ? committed : 100, committed, state],
        )
        await sql.query(
          `insert into chunk(upload_id, start, stop, key)
           select $1::uuid, n, n + 10, $1::text || '/' || n from generate_series(0, $2::int - 1, 10) n`,
          [id, committed],
        )
      })
    }

    async function refusal(text: string): Promise<string> {
      const sql = text.replaceAll(':id', `'${id}'`)
      const error = await database.query(sql).then(
        () => undefined,
        (error: DatabaseError) => error,
      )
      return error?.constraint ?? error?.sqlState ?? 'none'
    }

    const REFUSED: Record<string, readonly [sql: string, constraint: string]> = {
      'a chunk behind the offset': [
        "insert into chunk(upload_id, start, stop, key) values(:id, 30, 40, 'k')",
        'upload_chain',
      ],
      'a chunk behind a gap': [
        "insert into chunk(upload_id, start, stop, key) values(:id, 50, 60, 'k')",
        'chunk_chain',
      ],
      'a chunk that overlaps': [
        "insert into chunk(upload_id, start, stop, key) values(:id, 5, 15, 'k')",
        'chunk_chain',
      ],
      'a second chunk at 0': [
        "insert into chunk(upload_id, start, stop, key) values(:id, 0, 5, 'k')",
        'chunk_pkey',
      ],
      'a second chunk with the same end': [
        "insert into chunk(upload_id, start, stop, key) values(:id, 25, 30, 'k')",
        'chunk_upload_id_stop_key',
      ],
      'an empty chunk': [
        "insert into chunk(upload_id, start, stop, key) values(:id, 30, 30, 'k')",
        'chunk_length',
      ],
      'the loss of the last chunk': [
        'delete from chunk where upload_id = :id and start = 20',
        'upload_chain',
      ],
      'the loss of a chunk within': ['delete from chunk where upload_id = :id and start = 10', 'chunk_chain'],
      'an offset without its bytes': ['update upload set committed = 40 where id = :id', 'upload_chain'],
      'a shrinking offset': ['update upload set committed = 20 where id = :id', 'upload_committed_grows'],
      'a shrinking offset with its chunk': [
        `with u as (update upload set committed = 20 where id = :id)
         delete from chunk where upload_id = :id and start = 20`,
        'upload_committed_grows',
      ],
      'a shrinking epoch': ['update upload set epoch = 4 where id = :id', 'upload_epoch_grows'],
      'a shrinking grant': ['update upload set grant_no = 4 where id = :id', 'upload_epoch_grows'],
      'an offset past the size': ['update upload set committed = 101 where id = :id', 'upload_check'],
      'another size': ['update upload set size = 99 where id = :id', 'upload_settled'],
      'an early end': ["update upload set state = 'complete' where id = :id", 'upload_full'],
      'verifying too early': ["update upload set state = 'verifying' where id = :id", 'upload_full'],
      'receiving without a writer': ["update upload set state = 'receiving' where id = :id", 'upload_writer'],
      'a writer while paused': ["update upload set writer = 'n' where id = :id", 'upload_writer'],
      'an unknown state': ["update upload set state = 'done' where id = :id", 'upload_state_check'],
      'a half hash': ["update upload set sha256 = '\\x00' where id = :id", 'upload_sha256_check'],
      'a hash that is there and to come': [
        "update upload set hash_due = true, sha256 = sha256('x') where id = :id",
        'upload_hash',
      ],
    }

    for (const [what, [sql, constraint]] of Object.entries(REFUSED))
      it(`refuses ${what}`, async () => {
        expect(await refusal(sql)).to.equal(constraint)
      })

    it('refuses to complete an upload whose hash is to come', async () => {
      id = randomUUID()
      await database.query(
        `insert into upload(id, owner, size, state, hash_due, expires_at) values($1, 'a', 0, 'verifying', true, now())`,
        [id],
      )
      expect(await refusal("update upload set state = 'complete' where id = :id")).to.equal('upload_hashed')
    })

    it('refuses another hash, and the loss of one', async () => {
      expect(await refusal("update upload set sha256 = sha256('x') where id = :id")).to.equal('none')
      expect(await refusal("update upload set sha256 = sha256('y') where id = :id")).to.equal(
        'upload_settled',
      )
      expect(await refusal('update upload set sha256 = null where id = :id')).to.equal('upload_settled')
    })

    it('lets a complete upload only be deleted, and others that ended be nothing else', async () => {
      id = randomUUID()
      await upload(id, 'complete', 30)
      for (const state of ['paused', 'cancelled', 'verifying', 'discarded', 'expired'])
        expect(await refusal(`update upload set state = '${state}' where id = :id`), state).to.equal(
          'upload_final',
        )
      expect(await refusal("update upload set state = 'deleted' where id = :id")).to.equal('none')
      for (const final of ['deleted', 'discarded', 'expired']) {
        id = randomUUID()
        await upload(id, final, 0)
        for (const state of ['paused', 'complete', 'deleted', 'discarded', 'expired'])
          if (state !== final)
            expect(await refusal(`update upload set state = '${state}' where id = :id`)).to.be.oneOf([
              'upload_final',
              'upload_full',
            ])
      }
    })

    it('lets the chunks of an ended upload go, all at once', async () => {
      expect(await refusal("update upload set state = 'discarded' where id = :id")).to.equal('none')
      expect(await refusal('delete from chunk where upload_id = :id and start = 10')).to.equal('chunk_chain')
      expect(await refusal('delete from chunk where upload_id = :id')).to.equal('none')
    })

    it('lets chunks move to another upload, as concatenation does, and keeps both whole', async () => {
      const final = randomUUID()
      await database.transaction(async (sql) => {
        await sql.query(
          `insert into upload(id, owner, size, committed, state, expires_at) values($1, 'a', 30, 30, 'complete', now())`,
          [final],
        )
        await sql.query('update chunk set upload_id = $2 where upload_id = $1', [id, final])
        await sql.query('update upload set merged_into = $2 where id = $1', [id, final])
      })
      expect(await refusal(`update chunk set upload_id = :id where upload_id = '${final}'`)).to.equal(
        'upload_chain',
      )
    })

    it('has one signing key, whatever is inserted', async () => {
      expect(await refusal("insert into signing_key(key) values(sha256('x'))")).to.equal('signing_key_pkey')
      expect(await refusal("insert into signing_key values(false, sha256('x'))")).to.equal(
        'signing_key_only_one_check',
      )
    })
  })

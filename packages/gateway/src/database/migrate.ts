import { DatabaseError } from './database-error.ts'
import type { Migration } from './migration.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Database, Sql } from './sql.ts'

/** Ours by convention only: any number that no other program uses in the same database. */
const LOCK = 5_316_017_200_114
const OLDEST_POSTGRES = 15

/**
 * Brings the schema up to date; answers the names of the steps it took. Any number of servers may call it at once:
 * one takes the steps, in one transaction, the others wait and find them taken. Rejects when the server is older than
 * PostgreSQL 15, or when the database was brought further than this program knows.
 */
export function migrate(
  database: Database,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  return database.transaction(async (sql) => {
    await checkVersion(sql)
    // Before the table: two `create table if not exists` at once make one of them fail. PGlite grants it always, but
    // has one process and one connection.
    await sql.query('select pg_advisory_xact_lock($1::bigint)', [LOCK])
    await sql.query(
      'create table if not exists migration(name text primary key, taken_at timestamptz not null default now())',
    )
    const { rows } = await sql.query<{ name: string }>('select name from migration')
    const taken = new Set(rows.map(({ name }) => name))
    checkKnown(taken, migrations)
    const missing = migrations.filter(({ name }) => !taken.has(name))
    for (const migration of missing) await take(sql, migration)
    return missing.map(({ name }) => name)
  })
}

async function take(sql: Sql, { name, statements }: Migration): Promise<void> {
  for (const statement of statements) await sql.query(statement)
  await sql.query('insert into migration(name) values($1)', [name])
}

async function checkVersion(sql: Sql): Promise<void> {
  const { rows } = await sql.query<{ version: number }>(
    "select current_setting('server_version_num')::int / 10000 as version",
  )
  const version = rows[0]?.version ?? 0
  if (version < OLDEST_POSTGRES)
    throw new DatabaseError(`PostgreSQL ${OLDEST_POSTGRES} or later is needed, this is ${version}`)
}

function checkKnown(taken: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name))
  const unknown = [...taken].filter((name) => !known.has(name))
  if (unknown.length > 0)
    throw new DatabaseError(`the database is newer than this program: it does not know ${unknown.join(', ')}`)
}

import pg from 'pg'
import { openPglite } from '../../packages/gateway/src/database/pglite-database.ts'
import type { Backend } from './backends.ts'

/** Runs one statement in the backend's database. The gateway must not run on an embedded backend. */
export async function queryLedger<Row extends object>(backend: Backend, text: string): Promise<Row[]> {
  const url = backend.env.SLUICE_DATABASE_URL
  if (url) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query<Row>(text)).rows
    } finally {
      await client.end()
    }
  }
  const database = await openPglite(`${backend.env.SLUICE_DATA_DIR}/database`)
  try {
    return (await database.query<Row>(text)).rows
  } finally {
    await database.close()
  }
}

/** Makes every sweep due now, by the database's time. Answers the ids of their uploads. */
export async function moveSweepsBack(backend: Backend): Promise<string[]> {
  const rows = await queryLedger<{ id: string }>(
    backend,
    `update upload set sweep_at = now() - interval '1 second' where sweep_at is not null returning id`,
  )
  return rows.map(({ id }) => id)
}

import type { Migration } from '../migration.ts'

const KEYS = ['sha1', 'sha256'].flatMap((hash) =>
  ['salt', 'iterations', 'stored_key', 'server_key'].map((part) => `${hash}_${part}`),
)

/**
 * A message that waits may be for one device of the account. The name of a removed account stays, without its keys: its
 * uploads and links are still there, and must not fall to whoever registers it next.
 */
export const mailAndRemovals: Migration = {
  name: '0003-mail-and-removals',
  statements: [
    'alter table offline_message add column resource text',
    'alter table account add column removed_at timestamptz',
    `alter table account ${KEYS.map((column) => `alter column ${column} drop not null`)}`,
    `alter table account add constraint account_keys
check(num_nulls(${KEYS}) = case when removed_at is null then 0 else ${KEYS.length} end)`,
  ],
}

import type { Migration } from '../migration.ts'

/** Uploads that a retried PUT replaced, and the sums of what an owner asked for lately. */
export const slots: Migration = {
  name: '0005-slots',
  statements: [
    // One ask, however often its PUT begins anew: a replaced upload counts towards no quota.
    'alter table upload add column replaced_by uuid references upload',
    'create index upload_asked on upload(owner, created_at) where replaced_by is null',
  ],
}

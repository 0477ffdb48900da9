import type { Migration } from '../migration.ts'

/** A message that waits may be for one device of the account. */
export const addressedMail: Migration = {
  name: '0003-addressed-mail',
  statements: ['alter table offline_message add column resource text'],
}

import type { Migration } from '../migration.ts'

/** What a tus client said of its file, word for word, as HEAD repeats it. */
export const tusMetadata: Migration = {
  name: '0006-tus-metadata',
  statements: ['alter table upload add column tus_metadata text'],
}

import type { Migration } from '../migration.ts'

/** jsonb refuses what JSON may hold: U+0000 and lone surrogates, which an app may put into its metadata. */
export const intentsAsText: Migration = {
  name: '0007-intents-as-text',
  statements: ['alter table delivery alter column intent type json using intent::json'],
}

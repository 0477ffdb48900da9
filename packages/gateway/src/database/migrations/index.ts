import type { Migration } from '../migration.ts'
import { ledger } from './0001-ledger.ts'
import { messaging } from './0002-messaging.ts'
import { mailAndRemovals } from './0003-mail-and-removals.ts'
import { linkLease } from './0004-link-lease.ts'
import { slots } from './0005-slots.ts'
import { tusMetadata } from './0006-tus-metadata.ts'
import { intentsAsText } from './0007-intents-as-text.ts'
import { contacts } from './0008-contacts.ts'
import { archive } from './0009-archive.ts'

/** Every step of the schema, first to last. */
export const MIGRATIONS: readonly Migration[] = [
  ledger,
  messaging,
  mailAndRemovals,
  linkLease,
  slots,
  tusMetadata,
  intentsAsText,
  contacts,
  archive,
]

import type { Migration } from '../migration.ts'
import { ledger } from './0001-ledger.ts'
import { messaging } from './0002-messaging.ts'
import { addressedMail } from './0003-addressed-mail.ts'

/** Every step of the schema, first to last. */
export const MIGRATIONS: readonly Migration[] = [ledger, messaging, addressedMail]

import type { Migration } from '../migration.ts'

// `last` is taken under the lock of the row: of two copies the one with the smaller place is committed first, so that
// nobody who reads on behind the last place misses one.
const ARCHIVE = `
create table archive(
  account text primary key references account on delete cascade,
  rule text not null default 'always' check(rule in ('always', 'never', 'roster')),
  last bigint not null default 0,
  messages integer not null default 0,
  bytes bigint not null default 0
)`

const ARCHIVED_MESSAGE = `
create table archived_message(
  account text not null references account on delete cascade,
  place bigint not null,
  peer text not null,
  resource text,
  at timestamptz not null,
  bytes integer not null,
  frame text not null,
  primary key(account, place)
)`

/** What accounts sent and got (XEP-0313). */
export const archive: Migration = {
  name: '0009-archive',
  statements: [
    ARCHIVE,
    ARCHIVED_MESSAGE,
    'create index archived_message_peer on archived_message(account, peer, place)',
    'create index archived_message_at on archived_message(at)',
  ],
}

import type { Migration } from '../migration.ts'

const ACCOUNT = `
create table account(
  jid text primary key,
  sha1_salt bytea not null,
  sha1_iterations integer not null check(sha1_iterations >= 4096),
  sha1_stored_key bytea not null check(length(sha1_stored_key) = 20),
  sha1_server_key bytea not null check(length(sha1_server_key) = 20),
  sha256_salt bytea not null,
  sha256_iterations integer not null check(sha256_iterations >= 4096),
  sha256_stored_key bytea not null check(length(sha256_stored_key) = 32),
  sha256_server_key bytea not null check(length(sha256_server_key) = 32),
  created_at timestamptz not null default now()
)`

const OFFLINE_MESSAGE = `
create table offline_message(
  id bigint primary key generated always as identity,
  account text not null references account on delete cascade,
  frame text not null,
  stored_at timestamptz not null default now()
)`

const ACCOUNT_SECRET = `
create table account_secret(
  only_one boolean primary key default true check(only_one),
  secret bytea not null check(length(secret) = 32)
)`

// As the signing key: random bits of the server, condensed, made once for all nodes.
const MAKE_ACCOUNT_SECRET = `
insert into account_secret(secret) select sha256(convert_to(string_agg(gen_random_uuid()::text, ''), 'UTF8'))
from generate_series(1, 4)`

/** Accounts of the standalone gateway, and the messages that wait for them. */
export const messaging: Migration = {
  name: '0002-messaging',
  statements: [
    ACCOUNT,
    OFFLINE_MESSAGE,
    'create index offline_message_account on offline_message(account, id)',
    ACCOUNT_SECRET,
    MAKE_ACCOUNT_SECRET,
  ],
}

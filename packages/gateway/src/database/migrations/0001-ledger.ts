import type { Migration } from '../migration.ts'

const UPLOAD = `
create table upload(
  id uuid primary key,
  owner text not null,
  message_id text,
  partial boolean not null default false,
  size bigint check(size >= 0),
  sha256 bytea check(length(sha256) = 32),
  hash_due boolean not null default false,
  committed bigint not null default 0 check(committed >= 0 and committed <= size),
  state text not null check(state in (
    'offered', 'receiving', 'paused', 'cancelled', 'verifying', 'complete', 'deleted', 'discarded', 'expired')),
  ended_reason text check(ended_reason in ('hash-mismatch')),
  epoch integer not null default 0,
  writer text,
  verifier text,
  grant_no integer not null default 0,
  merged_into uuid references upload,
  parts uuid[],
  dirty boolean not null default false,
  -- Until then a PUT of a writer that is gone may still land; set when a dirty upload completes or ends.
  late_until timestamptz,
  sweep_at timestamptz,
  sweep_round integer not null default 0,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint upload_writer check((state = 'receiving') = (writer is not null)),
  constraint upload_full check(state not in ('verifying', 'complete') or (committed = size) is true),
  constraint upload_hash check(not (hash_due and sha256 is not null)),
  constraint upload_hashed check(state <> 'complete' or not hash_due)
) with (fillfactor = 70)`

// `prev` makes the rows of an upload one chain from 0: each start but 0 is another row's stop, each stop used once (I1).
const CHUNK = `
create table chunk(
  upload_id uuid not null references upload,
  start bigint not null check(start >= 0),
  stop bigint not null,
  key text not null unique,
  crc32 bigint,
  prev bigint generated always as (nullif(start, 0)) stored,
  primary key(upload_id, start),
  unique(upload_id, stop),
  constraint chunk_length check(stop > start),
  constraint chunk_chain foreign key(upload_id, prev) references chunk(upload_id, stop) deferrable initially deferred
)`

const MEDIA = `
create table media(
  id text primary key,
  upload_id uuid not null unique references upload,
  name text not null,
  type text not null
)`

// Objects whose end is decided before their rows go (compaction): nobody reads them after that time.
const DOOMED = 'create table doomed(key text primary key, after timestamptz not null)'

const DELIVERY = `
create table delivery(
  upload_id uuid primary key references upload,
  recipient text not null,
  kind text not null,
  intent jsonb not null,
  fingerprint bytea,
  state text not null default 'unsent' check(state in ('unsent', 'withheld', 'claimed', 'sent')),
  device text,
  lease_until timestamptz,
  progress_jid text,
  constraint delivery_lease check(state <> 'claimed' or (device is not null and lease_until is not null))
)`

const NODE = 'create table node(id text primary key, beat_at timestamptz not null)'

const SIGNING_KEY = `
create table signing_key(
  only_one boolean primary key default true check(only_one),
  key bytea not null check(length(key) = 32)
)`

// Each UUID holds 122 bits of the server's strong randomness: 488 bits, condensed to the 256 of HS256. Made here, so
// that the first of two racing servers decides for both.
const MAKE_SIGNING_KEY = `
insert into signing_key(key) select sha256(convert_to(string_agg(gen_random_uuid()::text, ''), 'UTF8'))
from generate_series(1, 4)`

const INDEXES = [
  `create unique index upload_message on upload(owner, message_id) where state not in ('discarded', 'expired')`,
  'create unique index upload_parts on upload(owner, parts) where parts is not null',
  `create index upload_unfinished on upload(owner, created_at) ` +
    `where state in ('offered', 'receiving', 'paused', 'cancelled', 'verifying')`,
  `create index delivery_waiting on delivery(upload_id) where state <> 'sent'`,
  `create index upload_expiry on upload(expires_at) ` +
    `where state in ('offered', 'receiving', 'paused', 'cancelled', 'verifying')`,
  `create index upload_verifying on upload(created_at) where state = 'verifying'`,
  'create index upload_sweep on upload(sweep_at) where sweep_at is not null',
  // For the check behind chunk_chain when rows go: without it, n deleted rows look at n rows each.
  'create index chunk_prev on chunk(upload_id, prev)',
  'create index doomed_after on doomed(after)',
]

const GUARD_UPLOAD = [
  `create function guard_upload() returns trigger language plpgsql as $$
begin
  if new.committed < old.committed then
    raise exception 'committed of upload % would shrink', old.id
      using errcode = 'check_violation', constraint = 'upload_committed_grows';
  end if;
  if new.epoch < old.epoch or new.grant_no < old.grant_no then
    raise exception 'epoch or grant of upload % would shrink', old.id
      using errcode = 'check_violation', constraint = 'upload_epoch_grows';
  end if;
  if new.state <> old.state and old.state in ('complete', 'deleted', 'discarded', 'expired')
    and not (old.state = 'complete' and new.state = 'deleted') then
    raise exception 'upload % is %', old.id, old.state
      using errcode = 'check_violation', constraint = 'upload_final';
  end if;
  if old.size <> new.size or old.sha256 <> new.sha256 or (old.sha256 is not null and new.sha256 is null) then
    raise exception 'size and hash of upload % are settled', old.id
      using errcode = 'check_violation', constraint = 'upload_settled';
  end if;
  return new;
end $$`,
  'create trigger upload_guard before update on upload for each row execute function guard_upload()',
]

// Deferred: within a transaction rows and offset may move in any order; what counts is how they leave it.
const GUARD_CHAIN = [
  `create function check_chain(checked uuid) returns void language plpgsql as $$
declare
  held record;
  chain_end bigint;
begin
  select committed, state, merged_into into held from upload where id = checked;
  if not found or held.merged_into is not null or held.state in ('deleted', 'discarded', 'expired') then
    return;
  end if;
  select coalesce(max(stop), 0) into chain_end from chunk where upload_id = checked;
  if chain_end <> held.committed then
    raise exception 'upload % has committed % bytes, but its chunks end at %', checked, held.committed, chain_end
      using errcode = 'check_violation', constraint = 'upload_chain';
  end if;
end $$`,
  `create function guard_chain_of_upload() returns trigger language plpgsql as $$
begin
  perform check_chain(new.id);
  return null;
end $$`,
  `create function guard_chain_of_chunk() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then perform check_chain(old.upload_id); end if;
  if tg_op = 'INSERT' or (tg_op = 'UPDATE' and new.upload_id <> old.upload_id) then
    perform check_chain(new.upload_id);
  end if;
  return null;
end $$`,
  `create constraint trigger upload_end after insert or update of committed, state, merged_into on upload
deferrable initially deferred for each row execute function guard_chain_of_upload()`,
  `create constraint trigger chunk_end after insert or update or delete on chunk
deferrable initially deferred for each row execute function guard_chain_of_chunk()`,
]

/** LEDGER: uploads, their chunks, media, deliveries; and the guards that hold I1, I5 and I8 against any program. */
export const ledger: Migration = {
  name: '0001-ledger',
  statements: [
    UPLOAD,
    CHUNK,
    MEDIA,
    DOOMED,
    DELIVERY,
    NODE,
    SIGNING_KEY,
    MAKE_SIGNING_KEY,
    ...INDEXES,
    ...GUARD_UPLOAD,
    ...GUARD_CHAIN,
  ],
}

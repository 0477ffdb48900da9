import { selectRecord } from './upload-row.ts'

/*
 * The compare-and-set statements of docs/ledger.md. Each is one statement, so one round trip and one transaction, and
 * each names all that its caller saw. `late` is the time within which every PUT begun before has landed or failed.
 */

const ENDED = "('discarded', 'expired', 'deleted')"
const inMs = (parameter: string) => `now() + ${parameter}::float8 * interval '1 millisecond'`

/** owner, message id, … A message id in use inserts nothing: the caller reads who holds it. */
export const OFFER = `
with made as (
  insert into upload(id, owner, message_id, size, sha256, hash_due, state, expires_at, tus_metadata)
  values($1::uuid, $2::text, $3::text, $4::bigint, decode($5::text, 'hex'), $6::boolean, 'offered', ${inMs('$7')},
    $16::text)
  on conflict(owner, message_id) where state not in ('discarded', 'expired') do nothing
  returning id),
media_made as (
  insert into media(id, upload_id, name, type) select $8::text, id, $9::text, $10::text from made),
delivery_made as (
  insert into delivery(upload_id, recipient, kind, intent, fingerprint, progress_jid)
  select id, $11::text, $12::text, $13::json, decode($14::text, 'hex'), $15::text from made
  where $11::text is not null)
select id from made`

/** id, epoch, committed, writer, grant. */
export const TAKE = `
update upload set epoch = epoch + 1, writer = $4::text, state = 'receiving', dirty = dirty or writer is not null
where id = $1::uuid and epoch = $2::int and committed = $3::bigint and grant_no = $5::int
  and state in ('offered', 'receiving', 'paused') and expires_at > now()
returning epoch`

/**
 * id, epoch, committed before and after, state, dirty, expiry, late, then the chunks by columns.
 * READ COMMITTED: of two, the second waits and finds the row moved.
 */
export const COMMIT = `
with moved as (
  update upload set committed = $4::bigint, state = $5::text,
    writer = case when $5 = 'receiving' then writer end,
    verifier = case when $5 = 'verifying' then writer end,
    dirty = dirty or $6::boolean,
    expires_at = ${inMs('$7')},
    late_until = case when $5 = 'complete' and (dirty or $6) then ${inMs('$8')} end,
    sweep_at = case when $5 = 'complete' and (dirty or $6) then ${inMs('$8')} end
  where id = $1::uuid and epoch = $2::int and committed = $3::bigint and state = 'receiving'
  returning id)
insert into chunk(upload_id, start, stop, key, crc32)
select moved.id, c.* from moved, unnest($9::bigint[], $10::bigint[], $11::text[], $12::bigint[]) c`

/** id, epoch, from, to, new grant, reason, expiry, JID for progress, late. Answers the row as it then is. */
export const FENCE = `
with moved as (
  update upload set epoch = epoch + 1, writer = null, verifier = null, state = $4::text,
    grant_no = grant_no + $5::int,
    ended_reason = coalesce($6::text, ended_reason),
    expires_at = case when $7::float8 is null then expires_at else ${inMs('$7')} end,
    dirty = dirty or writer is not null,
    late_until = case when (dirty or writer is not null) and ($4 = 'complete' or $4 in ${ENDED})
      then ${inMs('$9')} else late_until end,
    sweep_at = case
      when $4 in ${ENDED} and (dirty or writer is not null or committed > 0) then now()
      when $4 = 'complete' and (dirty or writer is not null) then ${inMs('$9')}
      else sweep_at end
  where id = $1::uuid and epoch = $2::int and state = $3::text
    and ($4 <> 'expired' or (expires_at <= now() and (state <> 'verifying' or hash_due)))
  returning *),
told as (
  update delivery set progress_jid = $8::text from moved where upload_id = moved.id and $8::text is not null)
select r.*, coalesce($8::text, r.progress_jid) as progress_jid from (${selectRecord('moved')}) r`

/**
 * id, epoch, id of the new one, its writer, its expiry, late. The new row is made of the old one that was ended, so
 * there is none when it was not; the epoch of one discarded before moves too, so that it is replaced once.
 */
export const REPLACE = `
with ended as (
  update upload set epoch = epoch + 1, writer = null, state = 'discarded', replaced_by = $3::uuid,
    dirty = dirty or writer is not null,
    late_until = case when state <> 'discarded' and (dirty or writer is not null) then ${inMs('$6')} else late_until end,
    sweep_at = case
      when state <> 'discarded' and (dirty or writer is not null or committed > 0) then now()
      else sweep_at end
  where id = $1::uuid and epoch = $2::int and expires_at > now()
    and state in ('offered', 'receiving', 'paused', 'cancelled', 'discarded')
    and message_id is null and not partial and parts is null and not hash_due and sha256 is null
    and exists(select from media where upload_id = $1::uuid)
  returning owner, size, created_at),
made as (
  insert into upload(id, owner, size, state, epoch, writer, created_at, expires_at)
  select $3::uuid, owner, size, 'receiving', 1, $4::text, created_at, ${inMs('$5')} from ended
  returning id)
update media set upload_id = made.id from made where media.upload_id = $1::uuid`

/** owner. Whoever offers next for this owner waits for the end of the transaction. */
export const LOCK_OWNER = `select pg_advisory_xact_lock(hashtextextended($1::text, 5316017200115))`

/**
 * owner, window, quota, size of what is to come: when enough will have left the window, not a fraction of a millisecond
 * too early; no row while it fits.
 * Parts of a concatenation count, so what is put together from them does not.
 */
export const OVER_QUOTA = `
with asked as (
  select created_at, sum(size) over(order by created_at, id) as before, sum(size) over() as total
  from upload
  where owner = $1::text and replaced_by is null and parts is null
    and created_at > now() - $2::float8 * interval '1 millisecond')
select min(created_at) + ($2::float8 + 1) * interval '1 millisecond' as retry_at
from asked where total + $4::bigint > $3::bigint and before >= total + $4::bigint - $3::bigint
having count(*) > 0`

/** id, hash. */
export const HAND_OVER_HASH = `
update upload set sha256 = decode($2::text, 'hex'), hash_due = false
where id = $1::uuid and state not in ${ENDED} and (hash_due or sha256 = decode($2::text, 'hex'))`

/** id, state and device as seen, state and device to be, lease. */
export const MOVE_DELIVERY = `
update delivery set state = $4::text, device = $5::text,
  lease_until = case when $6::float8 is not null then ${inMs('$6')} end
where upload_id = $1::uuid and state = $2::text and device is not distinct from $3::text
  and (state <> 'claimed' or lease_until <= now() or device = $5)
  and ($4 <> 'claimed' or exists(select from upload where id = $1 and upload.state = 'complete'))`

/** id, late. A sweep that is due may be under way: it keeps its time, and is followed by another one (SWEPT). */
export const MARK_DIRTY = `
update upload set dirty = true,
  late_until = case when state = 'complete' or state in ${ENDED} then ${inMs('$2')} end,
  sweep_at = case when state = 'complete' or state in ${ENDED} then
    case when sweep_at <= now() then sweep_at else ${inMs('$2')} end end
where id = $1::uuid`

/**
 * id, round. `sweep_at` tells which sweep it was: one due before `late_until` has another one to follow. The rows go
 * in one statement: half a chain would be refused.
 */
export const SWEPT = `
with round as (
  update upload set sweep_round = sweep_round + 1,
    dirty = coalesce(sweep_at < late_until, false),
    sweep_at = case when sweep_at < late_until then late_until end
  where id = $1::uuid and sweep_round = $2::int and sweep_at <= now()
  returning id, state)
delete from chunk using round where chunk.upload_id = round.id and round.state in ${ENDED}`

/** node. What died long ago is forgotten: nobody asks for it but to hear that it is dead. */
export const BEAT = `
with forgotten as (
  delete from node where id in (
    select id from node where beat_at < now() - interval '1 day' and id <> $1::text for update skip locked))
insert into node(id, beat_at) values($1::text, now()) on conflict(id) do update set beat_at = excluded.beat_at`

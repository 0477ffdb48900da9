import { alive, selectRecord } from './upload-row.ts'

const RECORD = selectRecord('upload')

export const FIND = `${RECORD} where u.id = $1::uuid`

export const FIND_BY_MEDIA = `${RECORD} where m.id = $1::text`

/** owner, message id. At most one is alive (upload_message). */
export const FIND_HOLDER = `${RECORD}
where u.owner = $1::text and u.message_id = $2::text and u.state not in ('discarded', 'expired')`

/** owner. Two ways in, each with an index of its own, as the complete and sent ones of an owner only grow. */
export const UNFINISHED = `${RECORD}
where u.id in (
  select id from upload
  where owner = $1::text and state in ('offered', 'receiving', 'paused', 'cancelled', 'verifying')
  union all
  select w.upload_id from delivery w join upload c on c.id = w.upload_id
  where c.owner = $1::text and c.state = 'complete' and w.state <> 'sent'
    and (w.state <> 'claimed' or w.lease_until <= now()))
order by u.created_at, u.id limit 1000`

/** limit, but. */
export const EXPIRED = `${RECORD}
where u.state in ('offered', 'receiving', 'paused', 'cancelled', 'verifying') and u.expires_at <= now()
  and (u.state <> 'verifying' or u.hash_due) and u.id <> all($2::uuid[])
order by u.expires_at limit $1::int`

/** node, limit. */
export const ADOPT_VERIFYING = `
update upload set verifier = $1::text where id in (
  select id from upload u
  where u.state = 'verifying' and not u.hash_due and u.verifier is distinct from $1::text and not ${alive('u.verifier')}
  order by u.created_at limit $2::int for update skip locked)`

/** node, limit, but. */
export const VERIFYING = `${RECORD}
where u.state = 'verifying' and not u.hash_due and u.verifier = $1::text and u.id <> all($3::uuid[])
order by u.created_at limit $2::int`

/** limit, but. */
export const DUE_SWEEPS = `
select id, state, sweep_round as round from upload
where sweep_at <= now() and id <> all($2::uuid[]) order by sweep_at limit $1::int`

export const RESOLVE = `
select epoch, committed, array(select key from chunk where key = any($2::text[])) as keys
from upload where id = $1::uuid`

/** id, start, stop. Both ends by the primary key: a page of a long upload must not read its other rows. */
export const CHUNKS = `
select start, stop, key, crc32 from chunk
where upload_id = $1::uuid and start < $3::bigint and start >= (
  select coalesce(max(start), 0) from chunk where upload_id = $1::uuid and start <= $2::bigint)
  and stop > $2::bigint and $2::bigint < $3::bigint
order by start`

export const CHUNK_KEYS = 'select key from chunk where upload_id = $1::uuid order by start'

export const KNOWN = `
select key from chunk where key = any($1::text[]) union select key from doomed where key = any($1::text[])`

/** After which upload and start, how many. */
export const CHUNK_PAGE = `
select upload_id as "uploadId", start, stop, key, crc32 from chunk
where (upload_id, start) > ($1::uuid, $2::bigint) order by upload_id, start limit $3::int`

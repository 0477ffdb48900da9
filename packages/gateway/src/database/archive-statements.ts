// Each locks the row of the archive before its messages, so that none waits for another in a circle.

/**
 * One copy, unless the account's rule is against it. The row of the archive is locked first, and gives the place.
 * $1 account, $2 and $3 peer, $4 date, $5 bytes, $6 frame.
 */
export const PUT = `
with taken as (
  insert into archive as a(account, last, messages, bytes) values($1, 1, 1, $5::int)
  on conflict(account) do update
    set last = a.last + 1, messages = a.messages + 1, bytes = a.bytes + excluded.bytes
    where a.rule = 'always'
      or a.rule = 'roster' and exists(select from contact where account = $1 and jid = $2 and listed)
  returning account, last, messages, bytes
), kept as (
  insert into archived_message(account, place, peer, resource, at, bytes, frame)
  select account, last, $2, $3::text, $4::timestamptz, $5::int, $6 from taken
)
select last, messages, bytes from taken`

/** The oldest beyond $2 messages or $3 bytes go. */
export const TRIM = `
with counted as (
  select place,
    row_number() over (order by place desc) as nth,
    sum(bytes) over (order by place desc) as sum
  from archived_message where account = $1
), gone as (
  delete from archived_message where account = $1
    and place <= (select max(place) from counted where nth > $2::int or sum > $3::bigint)
  returning bytes
), lost as (select count(*)::int as messages, coalesce(sum(bytes), 0)::bigint as bytes from gone)
update archive set messages = archive.messages - lost.messages, bytes = archive.bytes - lost.bytes
from lost where account = $1`

export const FORGET = `
with locked as (
  select account from archive where account = $1 for update
), gone as (
  delete from archived_message as m using locked where m.account = locked.account and place = $2::bigint
  returning bytes
)
update archive set messages = archive.messages - 1, bytes = archive.bytes - gone.bytes
from gone where account = $1`

export const FIND = 'select place, frame, at from archived_message where account = $1 and place = $2::bigint'

/**
 * $1 account, $2 the place that it begins behind, $3 and $4 the peer, $5 and $6 dates, $7 how many. Nothing behind $8 bytes is
 * read, but always two, as the second tells that there is more.
 */
export function selectPage(direction: 'forward' | 'backward'): string {
  const [isBeyond, order] = direction === 'forward' ? ['>', 'asc'] : ['<', 'desc']
  return `
with listed as (
  select place, frame, at, bytes from archived_message
  where account = $1 and ($2::bigint is null or place ${isBeyond} $2::bigint)
    and ($3::text is null or peer = $3) and ($4::text is null or resource = $4)
    and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at <= $6)
  order by place ${order} limit $7
), counted as (
  select place, frame, at,
    row_number() over (order by place ${order}) as nth,
    sum(bytes) over (order by place ${order}) - bytes as before
  from listed
)
select place, frame, at from counted where nth <= 2 or before <= $8::bigint order by place ${order}`
}

export const SET_RULE = `
insert into archive(account, rule) select jid, $2 from account where jid = $1 and removed_at is null for share
on conflict(account) do update set rule = excluded.rule`

/** Whatever is busy is left to the next time. */
export const EXPIRE = `
with locked as (
  select account from archive
  where account in (select account from archived_message where at < $1 order by at limit 1000)
  order by account for update skip locked
), gone as (
  delete from archived_message where (account, place) in (
    select m.account, m.place from archived_message as m join locked on locked.account = m.account
    where m.at < $1 order by m.at limit 1000)
  returning account, bytes
), lost as (
  select account, count(*)::int as messages, sum(bytes)::bigint as bytes from gone group by account
), counted as (
  update archive set messages = archive.messages - lost.messages, bytes = archive.bytes - lost.bytes
  from lost where archive.account = lost.account
)
select from gone`

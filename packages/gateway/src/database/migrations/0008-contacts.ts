import type { Migration } from '../migration.ts'

const CONTACT = `
create table contact(
  account text not null references account on delete cascade,
  jid text not null,
  name text,
  groups text[] not null,
  listed boolean not null,
  sees boolean not null,
  is_seen boolean not null,
  asked boolean not null,
  asking text,
  primary key(account, jid),
  constraint contact_asked check(not (asked and sees)),
  constraint contact_asking check(asking is null or not is_seen),
  constraint contact_listed check(listed or not (sees or is_seen or asked))
)`

const PRESENCE = `
create table presence(
  full_jid text primary key,
  account text not null,
  node text not null,
  frame text not null
)`

/** Rosters with their subscriptions, and which devices are available. */
export const contacts: Migration = {
  name: '0008-contacts',
  statements: [
    CONTACT,
    'create index contact_jid on contact(jid)',
    PRESENCE,
    'create index presence_account on presence(account)',
    'create index presence_node on presence(node)',
  ],
}

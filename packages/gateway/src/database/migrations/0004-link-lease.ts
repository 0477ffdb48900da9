import type { Migration } from '../migration.ts'

/** Which node holds a link that only one of them can hold. */
export const linkLease: Migration = {
  name: '0004-link-lease',
  statements: [
    `create table link_lease(
      link text primary key,
      node text not null,
      ends_at timestamptz not null
    )`,
  ],
}

import type { Requirement } from './runner/stack.ts'

/**
 * What one mocha process runs. Every `*.test.ts` below `packages` and `test` belongs to the group with the longest
 * matching path in `under`; one that belongs to none fails the run.
 */
export interface TestGroup {
  readonly name: string
  /** Path prefixes from the root of the repository. */
  readonly under: readonly string[]
  /** Servers of which suites in it take a database or bucket, and programs that they start. */
  readonly uses: readonly Requirement[]
  /**
   * Quick groups run side by side, and after them the steady ones, which are long but assert no
   * time, and no memory but a page's own heap; heavy ones run alone, at the end.
   */
  readonly lane: 'quick' | 'steady' | 'heavy'
  /** Killed and counted as a failure after so long. */
  readonly limitMinutes: number
}

export const GROUPS: readonly TestGroup[] = [
  { name: 'protocol', under: ['packages/protocol/'], uses: [], lane: 'quick', limitMinutes: 5 },
  { name: 'page', under: ['packages/page/'], uses: [], lane: 'quick', limitMinutes: 2 },
  { name: 'client', under: ['packages/client/'], uses: [], lane: 'quick', limitMinutes: 5 },
  {
    name: 'transfer',
    under: ['packages/gateway/src/transfer/'],
    uses: ['PostgreSQL'],
    lane: 'quick',
    limitMinutes: 5,
  },
  {
    name: 'database',
    under: ['packages/gateway/src/database/'],
    uses: ['PostgreSQL'],
    lane: 'quick',
    limitMinutes: 5,
  },
  {
    name: 'storage',
    under: ['packages/gateway/src/storage/'],
    uses: ['MinIO'],
    lane: 'quick',
    limitMinutes: 5,
  },
  {
    name: 'gateway',
    under: ['packages/gateway/'],
    uses: ['PostgreSQL', 'MinIO'],
    lane: 'quick',
    limitMinutes: 5,
  },
  {
    name: 'tooling',
    under: ['test/stack/', 'test/runner/'],
    uses: ['PostgreSQL', 'MinIO'],
    lane: 'quick',
    limitMinutes: 2,
  },
  {
    name: 'chat-servers',
    under: ['test/stack/chat-servers'],
    uses: ['Prosody', 'ejabberd'],
    lane: 'quick',
    limitMinutes: 2,
  },
  // The longest first, so that none is left alone at the end.
  {
    name: 'pages-e',
    under: ['test/manual/browser-ejabberd'],
    uses: ['Chromium', 'ejabberd'],
    lane: 'steady',
    limitMinutes: 20,
  },
  {
    name: 'pages-p',
    under: ['test/manual/browser-prosody'],
    uses: ['Chromium', 'Prosody'],
    lane: 'steady',
    limitMinutes: 20,
  },
  {
    name: 'pages',
    under: ['test/manual/browser-standalone'],
    uses: ['Chromium'],
    lane: 'steady',
    limitMinutes: 20,
  },
  {
    name: 'kills-files',
    under: ['test/faults/kill-embedded'],
    uses: [],
    lane: 'steady',
    limitMinutes: 12,
  },
  {
    name: 'kills-minio',
    under: ['test/faults/kill-servers'],
    uses: ['PostgreSQL', 'MinIO'],
    lane: 'steady',
    limitMinutes: 12,
  },
  {
    name: 'prosody',
    under: ['test/manual/prosody', 'test/interop/prosody'],
    uses: ['Prosody', 'prosody-modules', 'slixmpp', 'go-sendxmpp'],
    lane: 'steady',
    limitMinutes: 15,
  },
  {
    name: 'ejabberd',
    under: ['test/manual/ejabberd', 'test/interop/ejabberd'],
    uses: ['ejabberd', 'slixmpp', 'go-sendxmpp'],
    lane: 'steady',
    limitMinutes: 15,
  },
  {
    name: 'docker-p',
    under: ['test/docker/prosody', 'test/docker/standalone'],
    uses: ['Docker', 'slixmpp', 'go-sendxmpp'],
    lane: 'steady',
    limitMinutes: 20,
  },
  {
    name: 'docker-e',
    under: ['test/docker/ejabberd'],
    uses: ['Docker', 'slixmpp', 'go-sendxmpp'],
    lane: 'steady',
    limitMinutes: 20,
  },
  {
    name: 'browser-page',
    under: ['test/browser/page-'],
    uses: ['Chromium'],
    lane: 'steady',
    limitMinutes: 15,
  },
  { name: 'browser', under: ['test/browser/'], uses: ['Chromium'], lane: 'steady', limitMinutes: 15 },
  { name: 'manual', under: ['test/manual/'], uses: [], lane: 'steady', limitMinutes: 12 },
  { name: 'smoke', under: ['test/smoke/'], uses: ['Chromium'], lane: 'steady', limitMinutes: 8 },
  {
    name: 'large-pages',
    under: ['test/browser/large-files'],
    uses: ['Chromium'],
    lane: 'steady',
    limitMinutes: 8,
  },
  {
    name: 'integration',
    under: ['test/integration/'],
    uses: ['PostgreSQL', 'MinIO', 'Prosody', 'ejabberd'],
    lane: 'heavy',
    limitMinutes: 8,
  },
  { name: 'faults', under: ['test/faults/'], uses: ['PostgreSQL', 'MinIO'], lane: 'heavy', limitMinutes: 12 },
]

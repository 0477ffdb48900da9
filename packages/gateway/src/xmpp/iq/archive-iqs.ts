import { element, NS, type XmlElement } from '@sluice/protocol'
import type { ArchiveRule } from '../../messaging/archive-store.ts'
import type { Messaging } from '../../messaging/create-messaging.ts'
import { forwarded } from '../../messaging/forwarded.ts'
import { StanzaFailure } from '../../messaging/stanza-failure.ts'
import { decodeArchiveQuery } from './archive-query.ts'
import type { IqTable } from './iq-table.ts'

type Needs = Pick<Messaging, 'archive' | 'sessions'>

/** Of XML in one page: far below what a session may leave unread. */
const MAX_PAGE_CHARACTERS = 512 * 1024

/** The archive of one's own account (XEP-0313). */
export function addArchiveIqs(table: IqTable, { archive, sessions }: Needs): IqTable {
  return table
    .on('get', NS.archive, 'query', archiveForm)
    .on('set', NS.archive, 'query', async ({ from, payload }) => {
      const { queryId, ...query } = decodeArchiveQuery(payload)
      const page = await archive.page({ account: from.bare, ...query, maxCharacters: MAX_PAGE_CHARACTERS })
      if (!page) throw new StanzaFailure('item-not-found')
      const { complete, messages } = page
      const session = sessions.find(from.full)
      for (const { at, frame, id } of messages) {
        const wrap = (holder: XmlElement) =>
          element(
            'message',
            { xmlns: NS.client, from: from.bare, to: from.full },
            element('result', { xmlns: NS.archive, queryid: queryId, id }, holder),
          )
        session?.deliver(forwarded(frame, wrap, { at }))
      }
      return element(
        'fin',
        { xmlns: NS.archive, complete: complete ? 'true' : undefined },
        resultSet(messages.map(({ id }) => id)),
      )
    })
    .on('get', NS.archive, 'prefs', async ({ from }) => preferences(await archive.rule(from.bare)))
    .on('set', NS.archive, 'prefs', async ({ from, payload }) => {
      await archive.setRule(from.bare, ruleOf(payload))
      return preferences(await archive.rule(from.bare))
    })
}

/** What a query may ask for (§4.1.1). */
function archiveForm(): XmlElement {
  const fields: [name: string, type: string, value?: string][] = [
    ['FORM_TYPE', 'hidden', NS.archive],
    ['with', 'jid-single'],
    ['start', 'text-single'],
    ['end', 'text-single'],
  ]
  const form = fields.map(([name, type, value]) =>
    element('field', { var: name, type }, value === undefined ? undefined : element('value', {}, value)),
  )
  return element('query', { xmlns: NS.archive }, element('x', { xmlns: NS.dataForms, type: 'form' }, ...form))
}

/** XEP-0059 §2.6: without a count, which nobody needs to page. */
function resultSet(ids: readonly string[]): XmlElement {
  const [first, last] = [ids[0], ids.at(-1)]
  return element(
    'set',
    { xmlns: NS.resultSets },
    first === undefined ? undefined : element('first', {}, first),
    last === undefined ? undefined : element('last', {}, last),
  )
}

function preferences(rule: ArchiveRule): XmlElement {
  return element('prefs', { xmlns: NS.archive, default: rule }, element('always'), element('never'))
}

const RULES: readonly ArchiveRule[] = ['always', 'never', 'roster']

/** §5: exceptions for single contacts are not kept, and better refused than forgotten. */
function ruleOf(prefs: XmlElement): ArchiveRule {
  const rule = RULES.find((known) => known === prefs.attrs.default)
  if (!rule) throw new StanzaFailure('bad-request', { type: 'modify' })
  if (prefs.getChildElements().some((list) => list.getChildElements().length > 0))
    throw new StanzaFailure('feature-not-implemented')
  return rule
}

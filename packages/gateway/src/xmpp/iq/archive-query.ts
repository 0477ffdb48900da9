import { NS, prepareJid, type XmlElement } from '@sluice/protocol'
import type { ArchiveFilter, ArchiveStore } from '../../messaging/archive-store.ts'
import { StanzaFailure } from '../../messaging/stanza-failure.ts'

type PageQuery = Pick<Parameters<ArchiveStore['page']>[0], 'filter' | 'from' | 'max'>

/** Messages of one page, unless the client asks for fewer. */
const MAX_PAGE = 100

/** What a client asks an archive for (XEP-0313 §4.1). Throws StanzaFailure, and `bad-jid`. */
export function decodeArchiveQuery(query: XmlElement): PageQuery & { queryId: string | undefined } {
  // §4.1.4: the archives of publish-subscribe nodes are others.
  if (query.attrs.node !== undefined) throw new StanzaFailure('item-not-found')
  return {
    queryId: query.attrs.queryid,
    filter: filterOf(query.getChild('x', NS.dataForms)),
    ...placeOf(query.getChild('set', NS.resultSets)),
  }
}

function filterOf(form: XmlElement | undefined): ArchiveFilter {
  const filter: { -readonly [Name in keyof ArchiveFilter]: ArchiveFilter[Name] } = {}
  for (const field of form?.getChildren('field', NS.dataForms) ?? []) {
    const value = field.getChildText('value', NS.dataForms) ?? ''
    const name = field.attrs.var
    if (name === 'FORM_TYPE') {
      if (value !== NS.archive) throw malformed('another form')
    } else if (name === 'with') filter.with = prepareJid(value).full
    else if (name === 'start' || name === 'end') filter[name] = dateOf(value)
    // §4.1.1: not what was asked for would be worse than nothing.
    else throw new StanzaFailure('feature-not-implemented', { text: `there is no field ${name}` })
  }
  return filter
}

function placeOf(set: XmlElement | undefined): Pick<PageQuery, 'from' | 'max'> {
  const text = (name: string) => set?.getChildText(name, NS.resultSets) ?? undefined
  const max = text('max')
  const before = text('before')
  if (max !== undefined && !/^\d{1,9}$/.test(max)) throw malformed('max is a number')
  if (text('index') !== undefined) throw new StanzaFailure('feature-not-implemented')
  return {
    // XEP-0059 §2.1: fewer than the client asks for is always right.
    max: Math.min(Number(max ?? MAX_PAGE), MAX_PAGE),
    from: before === undefined ? { after: text('after') || undefined } : { before },
  }
}

/** XEP-0082. */
function dateOf(text: string): Date {
  const date = new Date(text)
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(date.getTime()))
    throw malformed('a date is spelled as XEP-0082 says')
  return date
}

function malformed(text: string): StanzaFailure {
  return new StanzaFailure('bad-request', { type: 'modify', text })
}

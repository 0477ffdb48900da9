import { NS } from './namespaces.ts'
import { element, type XmlElement } from './xml.ts'

/** What to ask an archive for (XEP-0313 §4.1): one page, backwards. */
export interface ArchiveQuery {
  /** By which its results are told from others'. */
  readonly queryId: string
  /** Only what was exchanged with this JID. */
  readonly with?: string | undefined
  /** How many at most (XEP-0059). */
  readonly max: number
  /** The archive id that the page ends before; empty: the newest page. */
  readonly before: string
}

/** The payload of the iq. */
export function encodeArchiveQuery({ queryId, with: peer, max, before }: ArchiveQuery): XmlElement {
  return element(
    'query',
    { xmlns: NS.archive, queryid: queryId },
    peer === undefined
      ? undefined
      : element(
          'x',
          { xmlns: NS.dataForms, type: 'submit' },
          field({ var: 'FORM_TYPE', type: 'hidden' }, NS.archive),
          field({ var: 'with' }, peer),
        ),
    element('set', { xmlns: NS.resultSets }, element('max', {}, String(max)), element('before', {}, before)),
  )
}

function field(attrs: Record<string, string>, value: string): XmlElement {
  return element('field', attrs, element('value', {}, value))
}

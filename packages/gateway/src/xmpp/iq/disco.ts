import { element, NS, type XmlElement } from '@sluice/protocol'
import { StanzaFailure } from '../../messaging/stanza-failure.ts'
import type { IqHandler } from './iq-request.ts'

interface Identity {
  readonly category: string
  readonly type: string
  readonly name?: string
}

/** Answers disco#info of one entity without nodes (XEP-0030 §3), with a form that says more (XEP-0128). */
export function discoInfo(
  identity: Identity,
  features: readonly string[],
  form?: () => XmlElement,
): IqHandler {
  return ({ payload }) => {
    refuseNode(payload)
    return element(
      'query',
      { xmlns: NS.discoInfo },
      element('identity', { ...identity }),
      ...[NS.discoInfo, NS.discoItems, ...features].map((feature) => element('feature', { var: feature })),
      form?.(),
    )
  }
}

/** Answers disco#items (XEP-0030 §4). */
export function discoItems(items: readonly { jid: string; name?: string }[]): IqHandler {
  return ({ payload }) => {
    refuseNode(payload)
    return element('query', { xmlns: NS.discoItems }, ...items.map((item) => element('item', { ...item })))
  }
}

function refuseNode(query: XmlElement): void {
  if (query.attrs.node !== undefined) throw new StanzaFailure('item-not-found')
}

import { randomUUID } from 'node:crypto'
import { element, NS, type XmlElement } from '@sluice/protocol'
import type { Clock } from '../../transfer/clock.ts'
import { XMPP } from '../xmpp-namespaces.ts'
import { COMPONENT_LIMITS } from './component-limits.ts'
import { type ComponentAddress, ComponentStream } from './component-stream.ts'

/** For each answer of the server; one that has none is taken to have nothing to say. */
const ANSWER_WITHIN_MS = 3_000

/**
 * Connects as the component, once, and looks for other upload services (XEP-0363) of the chat server, at `domain` and
 * among its items: clients take the first that they find. Answers their JIDs.
 * @throws {ComponentRefused} when the server says why the component may not; another Error when it cannot be reached.
 */
export async function findUploadServices(needs: {
  readonly address: ComponentAddress
  readonly domain: string
  readonly clock: Pick<Clock, 'sleep'>
}): Promise<string[]> {
  const { address, clock, domain } = needs
  const asked = new Map<string, (answer: XmlElement) => void>()
  const stream = await ComponentStream.open({
    address,
    clock,
    openTimeoutMs: COMPONENT_LIMITS.openTimeoutMs,
    maxBufferedBytes: COMPONENT_LIMITS.maxBufferedBytes,
    intake: () => ({
      onStanza(stanza) {
        const { from, id, type } = stanza.attrs
        if (type === 'result' || type === 'error') asked.get(`${from} ${id}`)?.(stanza)
      },
      onUnreadable() {},
    }),
  })

  const disco = async (to: string, xmlns: string): Promise<XmlElement[]> => {
    const id = randomUUID()
    const answered = new AbortController()
    let answer: XmlElement | undefined
    // By its sender too: an id alone is nothing that others could not guess or copy.
    asked.set(`${to} ${id}`, (stanza) => {
      answer = stanza
      answered.abort()
    })
    const attrs = { xmlns: XMPP.component, type: 'get', id, from: address.jid, to }
    stream.send(element('iq', attrs, element('query', { xmlns })))
    await clock.sleep(ANSWER_WITHIN_MS, answered.signal)
    return answer?.getChild('query', xmlns)?.getChildElements() ?? []
  }

  try {
    const items = await disco(domain, NS.discoItems)
    const jids = new Set([domain, ...items.map(({ attrs }) => attrs.jid ?? '')])
    for (const ours of ['', address.jid]) jids.delete(ours)
    const services = [...jids].map(async (jid) => {
      const info = await disco(jid, NS.discoInfo)
      return info.some(({ attrs }) => attrs.var === NS.httpUpload) ? [jid] : []
    })
    return (await Promise.all(services)).flat()
  } finally {
    await stream.close(COMPONENT_LIMITS.closeGraceMs)
  }
}

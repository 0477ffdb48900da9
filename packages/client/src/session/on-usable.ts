import type { Entity } from '@xmpp/client'

const STREAM_MANAGEMENT = 'urn:xmpp:sm:3'

/**
 * Calls with the bound JID once stanzas may be sent. Where the server has stream management, that is after its answer:
 * @xmpp/client forgets only a turn later what it counted before, so what came with the answer is counted twice, and
 * Prosody ends a stream that acknowledges more than it was sent (XEP-0198 §4).
 */
export function onUsable(entity: Entity, usable: (jid: string) => void): void {
  let managed = false
  let bound: string | undefined
  entity.on('nonza', (nonza) => {
    if (nonza.getChild('sm', STREAM_MANAGEMENT)) managed = true
    const answered = nonza.is('enabled', STREAM_MANAGEMENT) || nonza.is('failed', STREAM_MANAGEMENT)
    if (answered && bound !== undefined) usable(bound)
  })
  entity.on('online', (jid) => {
    bound = jid.toString()
    if (!managed) usable(bound)
  })
}

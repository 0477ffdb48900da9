import { expect } from 'chai'
import { RecordingLogger } from '../../../test/http/scripted-gateway.ts'
import { MemoryLinkLease } from '../../../test/messaging/memory-link-lease.ts'
import { COMPONENT } from '../../../test/xmpp/component-server.ts'
import { SystemClock } from '../../operations/system-clock.ts'
import type { MediaStanzas } from '../media-stanzas.ts'
import { openComponentLink } from './open-component-link.ts'

describe('openComponentLink', () => {
  function warnings(host: string): string[] {
    const logger = new RecordingLogger()
    const clock = new SystemClock()
    openComponentLink({
      address: { ...COMPONENT, host, port: 5347 },
      allowedDomains: ['example.org'],
      lease: new MemoryLinkLease({ clock }),
      node: 'node',
      media: {} as MediaStanzas,
      clock,
      logger,
    })
    return logger.of('warn')
  }

  it('warns who lets the link, which is plain text, leave this machine', () => {
    for (const host of ['10.0.0.1', 'chat.example', 'fd00::1', '127.0.0.1.example']) {
      expect(warnings(host), host).to.have.length(1)
      expect(warnings(host)[0]).to.include('plain text')
    }
    for (const host of ['127.0.0.1', '127.8.0.1', '::1', 'localhost'])
      expect(warnings(host), host).to.deep.equal([])
  })
})

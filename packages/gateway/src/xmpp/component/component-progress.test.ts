import { expect } from 'chai'
import { NodeBus } from '../../../test/transfer/node-bus.ts'
import type { UploadChange } from '../../transfer/node-signals.ts'
import type { LinkState } from './component-link.ts'
import { componentProgress } from './component-progress.ts'

describe('componentProgress', () => {
  const link = { state: 'online' as LinkState, deliver: () => true }
  let bus: NodeBus

  beforeEach(() => {
    link.state = 'online'
    bus = new NodeBus()
  })

  const progress = (allowedDomains: readonly string[] | '*' = ['example.org']) =>
    componentProgress({ link, allowedDomains, signals: bus.join('holder') })

  it('hears of uploads whose writer is at another node, while it holds the link', async () => {
    const heard: string[] = []
    progress().signals.onChange(({ uploadId }: UploadChange) => heard.push(uploadId))
    const other = bus.join('other')
    const announce = (uploadId: string) => other.announceChange({ uploadId, kind: 'state' })
    await announce('1')
    link.state = 'elsewhere'
    await announce('2')
    link.state = 'down'
    await announce('3')
    link.state = 'online'
    await announce('4')
    expect(heard).to.deep.equal(['1', '4'])
  })

  it('tells devices of allowed domains, by their full JIDs', () => {
    const { receiver } = progress()
    expect(receiver('alice@example.org/phone')).to.equal(link)
    for (const jid of ['alice@example.org', 'alice@elsewhere.org/phone', 'example.org/x', 'example.org'])
      expect(receiver(jid), jid).to.equal(undefined)
    expect(progress('*').receiver('alice@elsewhere.org/phone')).to.equal(link)
  })

  it('tells nobody while the link is not here', () => {
    link.state = 'elsewhere'
    expect(progress().receiver('alice@example.org/phone')).to.equal(undefined)
  })
})

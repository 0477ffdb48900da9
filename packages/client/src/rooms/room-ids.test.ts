import { expect } from 'chai'
import { memoryStore } from '../persistence/memory-store.ts'
import { RoomIds } from './room-ids.ts'

const named = (number: number, over = {}) => ({
  room: 'tea@rooms',
  msgId: `m${number}`,
  stanzaId: `s${number}`,
  occupant: 'tea@rooms/bob',
  ...over,
})

describe('what rooms named their messages', () => {
  it('is known both ways, in its own room, also in a later run', async () => {
    const store = await memoryStore().open('alice@example.org')
    const ids = await RoomIds.load(store)
    ids.note(named(1))
    await ids.save()
    for (const known of [ids, await RoomIds.load(store)]) {
      expect(known.byMsgId('tea@rooms', 'm1')?.stanzaId).to.equal('s1')
      expect(known.byStanzaId('tea@rooms', 's1')?.msgId).to.equal('m1')
      expect(known.byMsgId('coffee@rooms', 'm1')).to.equal(undefined)
    }
  })

  it('stays with the first, and with the last 1,000', async () => {
    const ids = await RoomIds.load(await memoryStore().open('alice@example.org'))
    ids.note(named(1))
    ids.note(named(1, { stanzaId: 'forged', occupant: 'tea@rooms/mallory' }))
    expect(ids.byMsgId('tea@rooms', 'm1')?.stanzaId).to.equal('s1')
    for (let number = 2; number <= 1_001; number++) ids.note(named(number))
    expect(ids.byMsgId('tea@rooms', 'm1')).to.equal(undefined)
    expect(ids.byMsgId('tea@rooms', 'm2')?.stanzaId).to.equal('s2')
  })
})

import { expect } from 'chai'
import { alice, clientBench, mediaMessages } from '../test/client-bench.ts'
import { Unreachable } from './unreachable.ts'

/** What cannot be loaded the first two times. */
function afterTwo<T>(load: () => Promise<T>): () => Promise<T> {
  let tries = 0
  return async () => {
    tries += 1
    if (tries < 3) throw new Unreachable('A part of the SDK cannot be loaded')
    return load()
  }
}

describe('a client whose parts cannot be loaded', () => {
  it('keeps what came while the part for it could not be loaded', async () => {
    const { core, server, clock, store } = clientBench()
    await core.connect(alice)
    const shown = new Promise<void>((resolve) => core.events.message.add(() => resolve()))
    Object.assign(core.account, { conversations: afterTwo(core.account.conversations) })
    server.latest.say(...mediaMessages(1))
    await shown
    await clock.move(2_000)
    await core.close()
    const held = await store.open('alice@localhost')
    expect(await held.get('conversations', 'bob@localhost')).to.have.length(1)
  })

  it('reads the contacts late when the part for them could not be loaded', async () => {
    const { core, clock } = clientBench()
    await core.connect(alice)
    const told = new Promise((resolve) => core.events.contacts.add(resolve))
    Object.assign(core.account, { contacts: afterTwo(core.account.contacts) })
    core.watchContacts()
    await clock.move(2_000)
    expect(await told).to.deep.equal([])
    await core.close()
  })

  it('ends at once while a part cannot be loaded', async () => {
    const { core, server } = clientBench()
    await core.connect(alice)
    const shown = new Promise<void>((resolve) => core.events.message.add(() => resolve()))
    const conversations = () => Promise.reject(new Unreachable('A part of the SDK cannot be loaded'))
    Object.assign(core.account, { conversations })
    server.latest.say(...mediaMessages(1))
    await shown
    await core.close()
  })
})

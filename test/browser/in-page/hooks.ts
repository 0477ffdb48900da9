import { type Client, createClient, memoryStore } from '@sluice/client'
import { useConnection, useContacts, useMessages, useTransfer, useTransfers } from '@sluice/client/react'
import { expect } from 'chai'
import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

const serverUrl = new URLSearchParams(location.search).get('gateway') ?? ''
const credentials = () => ({ username: `u${crypto.randomUUID().slice(0, 8)}`, password: 'correct horse' })
const opened: (() => unknown)[] = []

async function person() {
  const client = createClient({ serverUrl, domain: 'localhost', store: memoryStore() })
  opened.push(() => client.close())
  const login = credentials()
  await client.register(login)
  return { client, login, jid: `${login.username}@localhost` }
}

async function people() {
  const [alice, bob] = [await person(), await person()]
  await Promise.all([alice, bob].map(({ client, login }) => client.connect(login)))
  return { alice, bob }
}

/** Renders a component that does nothing but use a hook. */
function rendered<T>(use: () => T) {
  const root = createRoot(document.createElement('div'))
  const values: T[] = []
  let wake = () => {}
  function Probe() {
    const value = use()
    if (values.at(-1) !== value) values.push(value)
    wake()
    return null
  }
  root.render(createElement(StrictMode, {}, createElement(Probe)))
  const unmount = () => root.unmount()
  opened.push(unmount)
  return {
    values,
    unmount,
    async until(isSo: (value: T) => boolean): Promise<T> {
      for (;;) {
        const value = values.at(-1)
        if (value !== undefined && isSo(value)) return value
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

const texts = (view: ReturnType<typeof useMessages>) => view.messages.map(({ msgBody }) => msgBody.message)

describe('the hooks', () => {
  afterEach(async () => {
    for (const close of opened.splice(0)) await close()
  })

  it('follow the connection', async () => {
    const { client, login } = await person()
    const { values, until } = rendered(() => useConnection(client))
    await until((state) => state === 'offline')
    await client.connect(login)
    await until((state) => state === 'online')
    await client.close()
    await until((state) => state === 'offline')
    expect(values).to.deep.equal(['offline', 'connecting', 'online', 'offline'])
  })

  it('follow a conversation: what was said before, what comes, what is sent, and what became of it', async () => {
    const { alice, bob } = await people()
    await alice.client.messages.send({ to: bob.jid, text: 'before' })
    const { until, values } = rendered(() => useMessages(alice.client, bob.jid))
    await until((view) => !view.isLoading && view.messages.length === 1)
    await bob.client.messages.send({ to: alice.jid, text: 'theirs' })
    await until((view) => view.messages.length === 2)
    const { msgId } = await alice.client.messages.send({ to: bob.jid, text: 'mine' })
    await until((view) => view.messages.at(-1)?.receipt === 'received')
    await bob.client.messages.markDisplayed({ with: alice.jid, id: msgId })
    const view = await until(({ messages }) => messages.at(-1)?.receipt === 'displayed')
    expect(texts(view)).to.deep.equal(['before', 'theirs', 'mine'])
    expect(view.messages.map(({ receipt }) => receipt)).to.deep.equal(['displayed', undefined, 'displayed'])
    expect(view.hasOlder).to.equal(false)
    expect(values.length).to.be.below(20)
  })

  it('load older pages', async () => {
    const { alice, bob } = await people()
    for (let text = 0; text < 55; text++) await alice.client.messages.send({ to: bob.jid, text: `${text}` })
    const { until } = rendered(() => useMessages(alice.client, bob.jid))
    const newest = await until((view) => view.hasOlder)
    expect(texts(newest)[0]).to.equal('5')
    await newest.loadOlder()
    expect(texts(await until((view) => !view.hasOlder && !view.isLoading))).to.deep.equal(
      Array.from({ length: 55 }, (_, index) => String(index)),
    )
  })

  it('follow transfers, each by itself and all of them', async () => {
    const { alice, bob } = await people()
    const one = rendered(() => useTransfer(alice.client, 'm1')?.state ?? 'none')
    const all = rendered(() => useTransfers(alice.client))
    const progress = rendered(() => useTransfer(alice.client, 'm1')?.progress.committed ?? 0)
    await one.until((state) => state === 'none')
    const file = new Blob([new Uint8Array(3_000_000)])
    const transfer = alice.client.media.send({ to: bob.jid, file, id: 'm1' })
    await transfer.pause()
    await one.until((state) => state === 'paused')
    const [view] = await all.until((views) => views[0]?.state === 'paused')
    await view?.transfer.resume()
    await one.until((state) => state === 'done')
    await progress.until((committed) => committed === 3_000_000)
    await all.until((views) => views.length === 1 && views[0]?.state === 'done')
    await alice.client.logout()
    await all.until((views) => views.length === 0)
    await one.until((state) => state === 'none')
  })

  it('follow the contacts, asked for before the login too', async () => {
    const alice = await person()
    const bob = await person()
    const { until } = rendered(() => useContacts(alice.client))
    await alice.client.connect(alice.login)
    await alice.client.contacts.add(bob.jid, 'Bob')
    await until(([first]) => first?.pending === true)
    await bob.client.connect(bob.login)
    await bob.client.contacts.list()
    const theirs = rendered(() => useContacts(bob.client))
    await theirs.until(([first]) => first?.asking === true)
    await bob.client.contacts.accept(alice.jid)
    await until(([first]) => first?.subscription === 'both' && first.online && first.name === 'Bob')
    await alice.client.logout()
    await until(({ length }) => length === 0)
  })

  it('listen to nothing any more once they are gone', async () => {
    const counted = new Map<string, number>()
    const { client, login } = await person()
    const on: Client['on'] = (event, listener) => {
      counted.set(event, (counted.get(event) ?? 0) + 1)
      const remove = client.on(event, listener)
      return () => {
        counted.set(event, (counted.get(event) ?? 0) - 1)
        remove()
      }
    }
    const watched = new Proxy(client, {
      get: (target, key) => (key === 'on' ? on : Reflect.get(target, key)),
    })
    await client.connect(login)
    const all = [
      rendered(() => useConnection(watched)),
      rendered(() => useContacts(watched).length),
      rendered(() => useMessages(watched, 'bob@localhost').isLoading),
      rendered(() => useTransfers(watched).length),
      rendered(() => useTransfer(watched, 'm1') ?? 'none'),
    ]
    for (const each of all) await each.until(() => true)
    while ([...counted.values()].reduce((sum, count) => sum + count, 0) === 0)
      await new Promise((resolve) => requestAnimationFrame(resolve))
    for (const { unmount } of all) unmount()
    while ([...counted.values()].some((count) => count > 0))
      await new Promise((resolve) => requestAnimationFrame(resolve))
  })
})

import { Listeners } from '../listeners.ts'
import { logTo } from '../log.ts'
import type { Release, Tabs } from './tabs.ts'

/** The tabs of an account by Web Locks and a BroadcastChannel. Only where a page has locks: in a secure context. */
export async function openWebTabs(account: string): Promise<Tabs> {
  const prefix = `sluice:${account}:`
  const { locks } = navigator
  const channel = new BroadcastChannel(prefix)
  const posts = new Listeners<unknown>(logTo(undefined))
  channel.onmessage = ({ data }) => posts.emit(data)
  const over = new AbortController()
  const held = new Set<Release>()
  const request = (name: string, options: LockOptions): Promise<Release | undefined> =>
    new Promise((resolve, reject) => {
      const hold = (lock: Lock | null): Promise<void> | undefined => {
        if (!lock || over.signal.aborted) return void resolve(undefined)
        return new Promise((end) => {
          const release = () => {
            held.delete(release)
            end()
          }
          held.add(release)
          resolve(release)
        })
      }
      locks.request(prefix + name, options, hold).catch(reject)
    })
  const left = new Error('The tab has left')
  const wait = async (name: string, signal: AbortSignal, mode: LockMode = 'exclusive') => {
    const release = await request(name, { mode, signal: AbortSignal.any([signal, over.signal]) })
    if (!release) throw left
    return release
  }
  const presence = await wait('presence', over.signal, 'shared')
  return {
    posts,
    take: (name) => request(name, { ifAvailable: true }),
    wait: (name, signal) => wait(name, signal),
    post: (value) => {
      if (!over.signal.aborted) channel.postMessage(value)
    },
    async alone(signal) {
      presence()
      ;(await wait('presence', signal))()
    },
    close() {
      over.abort(left)
      channel.close()
      for (const release of held) release()
    },
  }
}

import { join } from 'node:path'
import type { Gateway } from '../../test/stack/gateway.ts'
import { AccountProcess } from './account-process.ts'
import { byteText } from './byte-text.ts'
import type { DemoResult } from './demo-table.ts'
import type { Network } from './network.ts'
import { ProgressWatch } from './progress-watch.ts'
import type { AccountOrder } from './story.ts'

const CANCEL_AT = 0.3
const KILL_AT = 0.6

export interface StoryNeeds {
  readonly file: string
  /** The file's bytes. */
  readonly size: number
  readonly folder: string
  /** Between the accounts and the gateway. */
  readonly network: Network
  readonly gateway: Gateway
  /** Starts the killed gateway again. */
  readonly startAgain: () => Promise<void>
  readonly say: (line: string) => void
}

export type StoryResult = Pick<DemoResult, 'stops' | 'cancel' | 'killCost'> & {
  readonly receivedPath: string
}

/**
 * Alice sends Bob a file, cancels, her process ends, a new one goes on; the gateway dies and comes back; Bob downloads
 * with the same change of mind. Rejects when any of it fails; no process of theirs outlives it.
 */
export async function playStory(needs: StoryNeeds): Promise<StoryResult> {
  const cast: AccountProcess[] = []
  try {
    return await play(needs, cast)
  } finally {
    for (const account of cast) account.kill()
  }
}

async function play(needs: StoryNeeds, cast: AccountProcess[]): Promise<StoryResult> {
  const { say, network, size } = needs
  const enter = async (name: string, task: AccountOrder['task'], label: string) => {
    const folder = join(needs.folder, name)
    const register = task.kind === 'send' || task.kind === 'receive'
    const account = new AccountProcess({
      serverUrl: network.serverUrl,
      name,
      password: `${name}'s password`,
      folder,
      register,
      task,
    })
    cast.push(account)
    const watch = new ProgressWatch(label, account)
    const [began, stopped, finished] = [
      account.next('began'),
      account.next('stopped'),
      account.next('finished'),
    ]
    for (const news of [began, stopped, finished]) news.catch(() => {}) // each is awaited where it matters
    await account.next('ready')
    return { account, watch, began, stopped, finished }
  }

  const bob = await enter('bob', { kind: 'receive', stopAt: CANCEL_AT }, 'Bob receives')
  say('Alice sends the file to Bob, and changes her mind')
  const cancelDue = network.sentUp(CANCEL_AT * size)
  const alice = await enter('alice', { kind: 'send', file: needs.file, to: 'bob@localhost' }, 'Alice sends')
  const { msgId } = await alice.began
  await Promise.race([cancelDue, alice.finished])
  network.holdUp() // so that what the gateway has read stands still, and can be asked for
  const received = await network.received()
  alice.account.cancel()
  const { response } = await alice.stopped
  say(`the gateway has received ${byteText(received)}; "${response}"; her process ends`)
  await alice.account.ended()
  network.loseHeld()

  say('a new process of hers goes on')
  const upBefore = network.passed.up
  const killDue = network.sentUp(KILL_AT * size - received)
  const again = await enter('alice', { kind: 'resume-sending', msgId }, 'Alice goes on')
  await Promise.race([killDue, again.finished])
  network.holdUp()
  await needs.gateway.kill('SIGKILL')
  const [resumedAt, killedAt] = [network.beganAt('up'), received + network.passed.up - upBefore]
  network.loseHeld()
  again.watch.endLine()
  say('the gateway is killed (SIGKILL) and started again')
  await needs.startAgain()
  await again.finished
  const afterKill = network.beganAt('up')
  await again.account.ended()

  say('Bob downloads it, and changes his mind too')
  say(`"${(await bob.stopped).response}"; his process ends`)
  await bob.account.ended()

  say('a new process of his goes on')
  const rest = await enter('bob', { kind: 'resume-receiving', msgId }, 'Bob goes on')
  const { path } = await rest.finished
  await rest.account.ended()
  if (path === undefined) throw new Error('the download has no path')
  return {
    receivedPath: path,
    cancel: { received, wentOnAt: resumedAt },
    killCost: Math.max(0, killedAt - afterKill),
    stops: [
      { what: 'Alice cancelled', at: received, wentOnAt: resumedAt },
      { what: 'the gateway was killed', at: killedAt, wentOnAt: afterKill },
      { what: 'Bob cancelled', at: bob.watch.last, wentOnAt: network.beganAt('down') },
    ],
  }
}

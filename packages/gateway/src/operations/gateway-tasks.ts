import type { Messaging } from '../messaging/create-messaging.ts'
import type { Transfer } from '../transfer/create-transfer.ts'
import type { UploadLedger } from '../transfer/upload-ledger.ts'
import type { BackgroundTask } from './background-work.ts'

type ChatTasks = Pick<Messaging, 'expireArchives' | 'mendPresence'>

/** What every gateway does by itself. */
export function gatewayTasks(needs: {
  readonly node: string
  readonly ledger: Pick<UploadLedger, 'beat'>
  readonly transfer: {
    readonly [Name in 'recoverUploads' | 'expireUploads' | 'sweepUploads']: Pick<Transfer[Name], 'run'>
  }
  /** Undefined with a chat server. */
  readonly messaging: ChatTasks | undefined
}): BackgroundTask[] {
  const { node, ledger, messaging, transfer } = needs
  return [
    {
      // Others take a node that is silent for 10 s for dead. (LEDGER rule 13)
      name: 'heartbeat',
      restMs: 2_500,
      async run() {
        await ledger.beat(node)
        return { more: false }
      },
    },
    {
      name: 'recover uploads',
      restMs: 5_000,
      async run() {
        await transfer.recoverUploads.run()
        return { more: false }
      },
    },
    {
      name: 'expire uploads',
      restMs: 30_000,
      run: async () => ({ more: (await transfer.expireUploads.run()).expired > 0 }),
    },
    {
      name: 'sweep uploads',
      restMs: 10_000,
      run: async () => ({ more: (await transfer.sweepUploads.run()).swept > 0 }),
    },
    ...(messaging ? chatTasks(messaging) : []),
  ]
}

function chatTasks(messaging: ChatTasks): BackgroundTask[] {
  return [
    {
      name: 'mend presence',
      restMs: 5_000,
      async run() {
        await messaging.mendPresence()
        return { more: false }
      },
    },
    {
      name: 'expire archives',
      restMs: 60_000,
      run: async () => ({ more: (await messaging.expireArchives()) > 0 }),
    },
  ]
}

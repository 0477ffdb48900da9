import type { Client } from '../client.ts'
import type { Message } from '../messages/message.ts'
import type { Downloaded } from '../transfers/download.ts'
import type { Progress, Transfer, TransferState } from '../transfers/transfer.ts'

const BREATH_MS = 100

/** A transfer at one moment. */
export interface TransferView {
  readonly id: string
  readonly state: TransferState
  readonly progress: Progress
  /** The transfer itself: to pause, resume, discard, or wait for. */
  readonly transfer: Transfer<Message> | Transfer<Downloaded>
}

const views = new WeakMap<Transfer<unknown>, TransferView>()

/** The same view until the transfer has changed. */
export function viewOf(transfer: Transfer<Message> | Transfer<Downloaded>): TransferView {
  const { id, state, progress } = transfer
  const held = views.get(transfer)
  if (held?.state === state && held.progress === progress) return held
  const view = { id, state, progress, transfer }
  views.set(transfer, view)
  return view
}

/**
 * Tells of changes of the transfers of a client, or of one of them: of states at once, of progress ten times a second,
 * which is as much as people see.
 */
export function watchTransfers(client: Client, changed: () => void, id?: string): () => void {
  const states = new WeakMap<Transfer<unknown>, TransferState>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const tell = () => {
    clearTimeout(timer)
    timer = undefined
    changed()
  }
  const removes = [
    // Another account has other transfers.
    client.on('state', tell),
    client.on('transfer', (transfer) => {
      if (id !== undefined && transfer.id !== id) return
      const isProgress = states.get(transfer) === transfer.state
      states.set(transfer, transfer.state)
      if (!isProgress) tell()
      else timer ??= setTimeout(tell, BREATH_MS)
    }),
  ]
  return () => {
    clearTimeout(timer)
    for (const remove of removes) remove()
  }
}

import { useMemo, useSyncExternalStore } from 'react'
import type { Client } from '../client.ts'
import { Snapshot } from './snapshot.ts'
import { type TransferView, viewOf, watchTransfers } from './transfer-view.ts'

/**
 * The transfer of a message id, upload before download; undefined while there is none, or no id. Use it in the part of
 * the page that shows its progress, so that nothing else is drawn again.
 */
export function useTransfer(client: Client, id: string | undefined): TransferView | undefined {
  const { subscribe, get } = useMemo(
    () =>
      new Snapshot<TransferView | undefined>({
        initial: undefined,
        read: () => readTransfer(client, id),
        watch: (changed) => watchTransfers(client, changed, id),
      }),
    [client, id],
  )
  return useSyncExternalStore(subscribe, get, none)
}

function none(): undefined {
  return undefined
}

function readTransfer(client: Client, id: string | undefined): TransferView | undefined {
  if (id === undefined || client.jid === undefined) return undefined
  const transfer = client.media.get(id)
  return transfer && viewOf(transfer)
}

import { useSyncExternalStore } from 'react'
import type { Client } from '../client.ts'
import { ofClient } from './of-client.ts'
import { Snapshot } from './snapshot.ts'
import { type TransferView, viewOf, watchTransfers } from './transfer-view.ts'

const NONE: readonly TransferView[] = []

const transfersOf = ofClient(
  (client) =>
    new Snapshot<readonly TransferView[]>({
      initial: NONE,
      read(last) {
        const views = client.jid === undefined ? NONE : client.media.list().map(viewOf)
        const isSame = views.length === last.length && views.every((view, index) => view === last[index])
        return isSame ? last : views
      },
      watch: (changed) => watchTransfers(client, changed),
    }),
)

/** The uploads and downloads of the account, those of earlier runs too; empty while nobody is logged in. */
export function useTransfers(client: Client): readonly TransferView[] {
  const { subscribe, get } = transfersOf(client)
  return useSyncExternalStore(subscribe, get, none)
}

function none(): readonly TransferView[] {
  return NONE
}

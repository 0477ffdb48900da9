import type { Client } from '@sluice/client'
import { type TransferView, useTransfers } from '@sluice/client/react'

const MIB = 1024 ** 2

export function Transfers({ client }: { client: Client }) {
  const transfers = useTransfers(client)
  return (
    <ul aria-label="Transfers">
      {transfers.map((view) => (
        <TransferRow key={view.id} {...view} />
      ))}
    </ul>
  )
}

function TransferRow({ id, state, progress, transfer }: TransferView) {
  const { committed, total } = progress
  const isOver = state === 'done' || state === 'discarded'
  const isStopped = state === 'paused' || state === 'failed'
  const stopOrGoOn = () => (isStopped ? transfer.resume() : transfer.pause()).catch(console.error)
  return (
    <li>
      <progress aria-label={id} max={total || 1} value={committed} /> {(committed / MIB).toFixed(1)} MiB,{' '}
      {state}{' '}
      {!isOver && (
        <button type="button" onClick={() => void stopOrGoOn()}>
          {isStopped ? 'Go on' : 'Pause'}
        </button>
      )}
    </li>
  )
}

import type { Progress, Transfer, TransferFailure, TransferState } from '@sluice/client'
import { useEffect, useState } from 'preact/hooks'
import { SpeedMeter } from './speed-meter.ts'

export interface TransferView {
  readonly state: TransferState
  readonly progress: Progress
  /** While it is `failed`. */
  readonly failure?: TransferFailure | undefined
  /** While bytes move. */
  readonly bytesPerSecond?: number | undefined
}

/** How a transfer stands, at most once a frame. */
export function useTransfer(transfer: Transfer<unknown>): TransferView {
  const [view, setView] = useState<TransferView>(() => ({
    state: transfer.state,
    progress: transfer.progress,
  }))
  useEffect(() => {
    const meter = new SpeedMeter()
    let frame = 0
    let failure: TransferFailure | undefined
    const look = () => {
      frame = 0
      const { state, progress } = transfer
      if (state === 'active') meter.note(progress.sent, performance.now())
      else meter.reset()
      setView({ state, progress, failure, bytesPerSecond: meter.bytesPerSecond(performance.now()) })
    }
    const soon = () => {
      frame ||= requestAnimationFrame(look)
    }
    const stateChanged = async () => {
      failure = undefined
      if (transfer.state === 'failed') failure = await transfer.done.then(undefined, (error) => error)
      soon()
    }
    const removers = [transfer.on('progress', soon), transfer.on('state', () => void stateChanged())]
    void stateChanged()
    return () => {
      cancelAnimationFrame(frame)
      for (const remove of removers) remove()
    }
  }, [transfer])
  return view
}

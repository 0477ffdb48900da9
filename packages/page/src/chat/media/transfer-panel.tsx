import type { Transfer } from '@sluice/client'
import { useEffect } from 'preact/hooks'
import { IconButton } from '../../design/icon-button.tsx'
import { failureText } from './failure-text.ts'
import { statusText } from './status-text.ts'
import { useTransfer } from './use-transfer.ts'

interface TransferPanelProps {
  readonly transfer: Transfer<unknown>
  readonly direction: 'upload' | 'download'
  /** Of the file. */
  readonly name: string
  /** Asks for the file that is gone. */
  readonly onPickAgain?: (() => void) | undefined
  readonly onGone?: (() => void) | undefined
}

const STOPPABLE = new Set(['pending', 'active', 'waiting', 'processing'])

/** How far a transfer is, and what can be done about it. */
export function TransferPanel({ transfer, direction, name, onPickAgain, onGone }: TransferPanelProps) {
  const view = useTransfer(transfer)
  const { state, progress, failure } = view
  const needsFile = failure?.code === 'file_required' || failure?.code === 'file_changed'
  const canResume = state === 'paused' || (state === 'failed' && failure?.retryable === true && !needsFile)
  const ignore = () => {}
  useEffect(() => {
    if (state === 'discarded') onGone?.()
  }, [state])
  return (
    <div class="transfer-panel" data-state={state}>
      <progress
        class="progress"
        max={progress.total || 1}
        value={progress.total ? progress.committed : state === 'done' ? 1 : 0}
        aria-label={`${direction === 'upload' ? 'Upload' : 'Download'} of ${name}`}
      />
      <span class="transfer-text figures" role={failure ? 'alert' : undefined}>
        {failure ? failureText(failure) : statusText(view, direction)}
      </span>
      <span class="transfer-actions">
        {STOPPABLE.has(state) && (
          <IconButton icon="pause" label={`Pause ${name}`} onClick={() => transfer.pause().catch(ignore)} />
        )}
        {canResume && (
          <IconButton
            icon={state === 'paused' ? 'play' : 'retry'}
            label={`${state === 'paused' ? 'Resume' : 'Retry'} ${name}`}
            onClick={() => transfer.resume().catch(ignore)}
          />
        )}
        {needsFile && onPickAgain && (
          <IconButton icon="file" label={`Choose ${name} again`} onClick={onPickAgain} />
        )}
        {state !== 'done' && state !== 'sending' && (
          <IconButton
            icon="close"
            label={`Discard ${name}`}
            onClick={() => transfer.discard().catch(ignore)}
          />
        )}
      </span>
    </div>
  )
}

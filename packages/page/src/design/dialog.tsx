import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { useModal } from './use-modal.ts'

interface DialogProps {
  readonly title: string
  /** Also on Escape; the focus goes back to where it was. */
  readonly onClose: () => void
  readonly actions?: ComponentChildren
  readonly children?: ComponentChildren
}

/** A modal dialog for as long as it is rendered. */
export function Dialog({ title, onClose, actions, children }: DialogProps) {
  const modal = useModal(onClose)
  const titleId = useId()
  return (
    <dialog {...modal} class="dialog" aria-labelledby={titleId}>
      <h2 id={titleId}>{title}</h2>
      {children}
      {actions && <div class="dialog-actions">{actions}</div>}
    </dialog>
  )
}

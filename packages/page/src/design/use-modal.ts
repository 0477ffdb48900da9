import { useLayoutEffect, useRef } from 'preact/hooks'

/**
 * What makes a dialog modal for as long as it is rendered; afterwards the focus is back where it was. `onClose` is called on
 * Escape, and on a phone's way back.
 */
export function useModal(onClose: () => void) {
  const dialog = useRef<HTMLDialogElement>(null)
  // Opened and closed with the change that shows or removes it: after a frame a key may have been pressed already, and
  // what it did be undone.
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  // Not at `close`, which comes with the next frame as well, when the focus has long been back.
  const onCancel = (event: Event) => {
    event.preventDefault()
    onClose()
  }
  return { ref: dialog, onCancel }
}

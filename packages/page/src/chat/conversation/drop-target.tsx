import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { type Attachment, attachmentsOf } from '../sending/attachment.ts'

interface DropTargetProps {
  readonly name: string
  readonly onFiles: (files: readonly Attachment[]) => void
  readonly children: ComponentChildren
}

/** Takes files that are dropped on a conversation. Who has no mouse attaches them by the button. */
export function DropTarget({ name, onFiles, children }: DropTargetProps) {
  // Counted: each element inside tells of its own enter and leave.
  const [depth, setDepth] = useState(0)
  const enter = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    setDepth((before) => before + 1)
  }
  const drop = (event: DragEvent) => {
    setDepth(0)
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    void attachmentsOf(event.dataTransfer).then(onFiles)
  }
  return (
    <section
      class="conversation"
      aria-label={`Conversation with ${name}`}
      onDragEnter={enter}
      onDragOver={(event) => event.dataTransfer?.types.includes('Files') && event.preventDefault()}
      onDragLeave={() => setDepth((before) => Math.max(0, before - 1))}
      onDrop={drop}
    >
      {children}
      {depth > 0 && <div class="drop-here">Drop files to send them to {name}</div>}
    </section>
  )
}

import './file-dialog.css'
import { useId, useState } from 'preact/hooks'
import { Button } from '../../design/button.tsx'
import { Dialog } from '../../design/dialog.tsx'
import type { OutgoingFile } from '../state/kept.ts'
import type { Attachment } from './attachment.ts'
import { kindOfFile, measured } from './attachment.ts'
import { AttachmentCard } from './attachment-card.tsx'
import { pickFiles } from './pick-files.ts'

export interface ChosenFile {
  readonly attachment: Attachment
  readonly caption: string
  readonly kind: OutgoingFile['kind']
}

interface FileDialogProps {
  readonly name: string
  readonly files: readonly Attachment[]
  readonly onSend: (files: readonly ChosenFile[]) => void
  readonly onClose: () => void
}

/** Shows what is about to be sent, and takes captions for it. */
export function FileDialog({ name, files, onSend, onClose }: FileDialogProps) {
  const form = useId()
  const [held, setHeld] = useState(() => files.map((attachment) => ({ attachment, caption: '' })))
  const [isOriginal, setOriginal] = useState(false)
  const hasMedia = held.some(({ attachment }) => isMedia(attachment))
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    const kind = ({ file }: Attachment) => (isOriginal && isMedia({ file }) ? 'document' : kindOfFile(file))
    const chosen = held.map(async ({ attachment, caption }) => ({
      attachment: await measured(attachment),
      caption: caption.trim(),
      kind: kind(attachment),
    }))
    onSend(await Promise.all(chosen))
  }
  const remove = (place: number) => {
    const rest = held.filter((_, other) => other !== place)
    if (rest.length === 0) onClose()
    else setHeld(rest)
  }
  const add = async () => {
    const more = (await pickFiles()).map((attachment) => ({ attachment, caption: '' }))
    setHeld((before) => [...before, ...more])
  }
  const count = held.length === 1 ? 'a file' : `${held.length} files`
  return (
    <Dialog
      title={`Send ${count} to ${name}`}
      onClose={onClose}
      actions={
        <>
          <Button look="quiet" onClick={() => void add()}>
            Add files
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="first" type="submit" form={form}>
            Send
          </Button>
        </>
      }
    >
      <form id={form} class="file-form" onSubmit={(event) => void send(event)}>
        <ul class="file-list">
          {held.map(({ attachment, caption }, place) => (
            <AttachmentCard
              key={attachment.file}
              file={attachment.file}
              caption={caption}
              isFirst={place === 0}
              onCaption={(text) =>
                setHeld(held.map((each, other) => (other === place ? { ...each, caption: text } : each)))
              }
              onRemove={() => remove(place)}
            />
          ))}
        </ul>
        {hasMedia && (
          <label class="file-original">
            <input
              type="checkbox"
              checked={isOriginal}
              onChange={({ currentTarget }) => setOriginal(currentTarget.checked)}
            />
            <span>
              Send as documents, every byte as it is
              <span class="soft"> – otherwise pictures lose the place where they were taken</span>
            </span>
          </label>
        )}
      </form>
    </Dialog>
  )
}

function isMedia({ file }: Pick<Attachment, 'file'>): boolean {
  return ['image', 'video', 'audio'].includes(kindOfFile(file))
}

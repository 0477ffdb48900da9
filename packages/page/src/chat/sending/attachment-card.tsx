import { useEffect, useState } from 'preact/hooks'
import { byteText } from '../../design/byte-text.ts'
import { Icon } from '../../design/icon.tsx'
import { IconButton } from '../../design/icon-button.tsx'
import { kindOfFile } from './attachment.ts'

interface AttachmentCardProps {
  readonly file: File
  readonly caption: string
  readonly isFirst: boolean
  readonly onCaption: (text: string) => void
  readonly onRemove: () => void
}

/** A file before it is sent: how it looks, and its caption. */
export function AttachmentCard({ file, caption, isFirst, onCaption, onRemove }: AttachmentCardProps) {
  const kind = kindOfFile(file)
  const url = useObjectUrl(file)
  return (
    <li class="file-card">
      <span class="file-preview">
        {url && kind === 'image' && <img src={url} alt="" />}
        {url && kind === 'video' && (
          <video src={url} muted preload="metadata" tabIndex={-1} aria-hidden="true" />
        )}
        {kind !== 'image' && kind !== 'video' && (
          <Icon name={kind === 'audio' ? 'sound' : 'file'} size={26} />
        )}
      </span>
      <span class="file-text">
        <span class="document-name" title={file.name}>
          {file.name}
        </span>
        <span class="soft figures">{byteText(file.size)}</span>
      </span>
      <IconButton icon="close" label={`Remove ${file.name}`} onClick={onRemove} />
      <input
        class="input file-caption"
        placeholder="Add a caption"
        aria-label={`Caption for ${file.name}`}
        maxLength={2000}
        value={caption}
        autofocus={isFirst}
        onInput={({ currentTarget }) => onCaption(currentTarget.value)}
      />
    </li>
  )
}

function useObjectUrl(file: File): string | undefined {
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(file)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return url
}

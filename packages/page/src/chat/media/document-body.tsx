import { byteText } from '../../design/byte-text.ts'
import { Icon } from '../../design/icon.tsx'
import { IconButton } from '../../design/icon-button.tsx'
import { foreignLink } from './own-url.ts'
import { saveFile } from './save-file.ts'
import type { ShownMedia } from './shown-media.ts'
import { TransferPanel } from './transfer-panel.tsx'
import { useDownload } from './use-download.ts'

const ICONS = {
  text: 'file',
  image: 'file',
  audio: 'sound',
  video: 'film',
  document: 'file',
  file: 'file',
} as const

/** A file by its name, and the way to have it. */
export function DocumentBody({ shown }: { readonly shown: ShownMedia }) {
  const { message, media, url } = shown
  const { transfer, file, start, forget } = useDownload(message)
  const link = url ? undefined : foreignLink(media.url)
  const name = media.fileName || 'File'
  return (
    <div class="document-body">
      <span class="document-icon">
        <Icon name={ICONS[message.msgBody.message_type]} size={24} />
      </span>
      <span class="document-text">
        <span class="document-name" title={name}>
          {name}
        </span>
        <span class="soft figures">{detailsOf(shown)}</span>
        {link && (
          <a href={link.href} target="_blank" rel="noopener noreferrer nofollow">
            Open at {link.host}
          </a>
        )}
      </span>
      {url && !media.is_uploading && !transfer && (
        <IconButton icon="download" label={`Download ${name}`} onClick={start} />
      )}
      {file && <IconButton icon="save" label={`Save ${name} again`} onClick={() => saveFile(file, name)} />}
      {transfer && !file && (
        <TransferPanel transfer={transfer} direction="download" name={name} onGone={forget} />
      )}
    </div>
  )
}

function detailsOf({ media }: ShownMedia): string {
  const extension = /\.([a-z0-9]{1,5})$/i.exec(media.fileName)?.[1]?.toUpperCase()
  const size = media.file_size > 0 ? byteText(media.file_size) : undefined
  return [extension, size].filter(Boolean).join(' · ')
}

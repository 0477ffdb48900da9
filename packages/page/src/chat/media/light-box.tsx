import './light-box.css'
import { useState } from 'preact/hooks'
import { Icon } from '../../design/icon.tsx'
import { IconButton } from '../../design/icon-button.tsx'
import { useModal } from '../../design/use-modal.ts'
import type { ShownMedia } from './shown-media.ts'

interface LightBoxProps {
  /** All images of the conversation. */
  readonly images: readonly ShownMedia[]
  /** The message id of the one to begin with. */
  readonly first: string
  readonly onClose: () => void
}

/** One image as large as the window, and the way to the others: arrow keys, Z to zoom, Escape to close. */
export function LightBox({ images, first, onClose }: LightBoxProps) {
  const modal = useModal(onClose)
  const [place, setPlace] = useState(() => images.findIndex(({ message }) => message.msgId === first))
  const [isZoomed, setZoomed] = useState(false)
  const shown = images[place]
  if (!shown?.url) return null
  const { caption, fileName } = shown.media
  const go = (step: -1 | 1) => {
    if (!images[place + step]) return
    setPlace(place + step)
    setZoomed(false)
  }
  const press = ({ key }: KeyboardEvent) => {
    if (key === 'ArrowLeft' && !isZoomed) go(-1)
    else if (key === 'ArrowRight' && !isZoomed) go(1)
    else if (key === 'z') setZoomed(!isZoomed)
  }
  return (
    <dialog {...modal} class="light-box" aria-label="Image" onKeyDown={press}>
      <div class="light-box-bar">
        <span class="light-box-name">{fileName}</span>
        <IconButton
          icon="zoom"
          label={isZoomed ? 'Fit into the window' : 'Show in full size'}
          onClick={() => setZoomed(!isZoomed)}
        />
        <a
          class="button button-quiet button-icon"
          href={shown.url}
          download={fileName}
          aria-label={`Download ${fileName}`}
        >
          <Icon name="download" />
        </a>
        <IconButton icon="back" label="Previous image" disabled={!images[place - 1]} onClick={() => go(-1)} />
        <IconButton icon="forward" label="Next image" disabled={!images[place + 1]} onClick={() => go(1)} />
        <IconButton icon="close" label="Close" autofocus onClick={onClose} />
      </div>
      {/* Zoomed, it scrolls by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <div class="light-box-stage" data-zoomed={isZoomed} tabIndex={0} aria-live="polite">
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: Z does the same, and so does the button */}
        <img src={shown.url} alt={caption || fileName} onClick={() => setZoomed(!isZoomed)} />
      </div>
      <p class="light-box-foot">{caption}</p>
    </dialog>
  )
}

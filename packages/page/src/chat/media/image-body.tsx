import type { MessageMedia } from '@sluice/client'
import { useState } from 'preact/hooks'
import { DocumentBody } from './document-body.tsx'
import { shownSize } from './media-size.ts'
import type { ShownMedia } from './shown-media.ts'

/** An image, with its place kept free until it is there. */
export function ImageBody({ shown, onOpen }: { readonly shown: ShownMedia; readonly onOpen: () => void }) {
  const [isBroken, setBroken] = useState(false)
  const [isThere, setThere] = useState(false)
  const { media, url } = shown
  if (isBroken || !url) return <DocumentBody shown={shown} />
  const size = shownSize(media)
  return (
    <button
      type="button"
      class="image-body"
      onClick={onOpen}
      style={size}
      aria-label={`Open ${textOf(media)}`}
    >
      {media.thumbImage && !isThere && <img class="image-body-thumb" src={media.thumbImage} alt="" />}
      <img
        class="image-body-full"
        src={url}
        alt={textOf(media)}
        decoding="async"
        onLoad={() => setThere(true)}
        onError={() => setBroken(true)}
      />
    </button>
  )
}

function textOf({ caption, fileName }: MessageMedia): string {
  return `image ${caption || fileName}`.trim()
}

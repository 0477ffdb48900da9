import { useState } from 'preact/hooks'
import { DocumentBody } from './document-body.tsx'
import { shownSize } from './media-size.ts'
import type { ShownMedia } from './shown-media.ts'

/** A video, or something to hear; the browser asks the gateway for the parts that it plays. */
export function PlayerBody({
  shown,
  kind,
}: {
  readonly shown: ShownMedia
  readonly kind: 'video' | 'audio'
}) {
  const [isBroken, setBroken] = useState(false)
  const [isThere, setThere] = useState(false)
  const { media, url } = shown
  if (isBroken || !url) return <DocumentBody shown={shown} />
  const label = `${kind} ${media.caption || media.fileName}`.trim()
  const player = { src: url, controls: true, preload: 'metadata', 'aria-label': label } as const
  const broken = () => setBroken(true)
  return (
    <div class="player-body">
      {kind === 'audio' ? (
        <audio {...player} onError={broken} />
      ) : (
        <div class="video-frame" style={shownSize(media)}>
          {media.thumbImage && !isThere && <img class="image-body-thumb" src={media.thumbImage} alt="" />}
          <video {...player} playsInline onLoadedData={() => setThere(true)} onError={broken} />
        </div>
      )}
      <DocumentBody shown={shown} />
    </div>
  )
}

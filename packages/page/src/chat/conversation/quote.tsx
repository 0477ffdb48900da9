import type { Entry } from '../state/conversation.ts'
import { summaryOf } from './summary.ts'

interface QuoteProps {
  /** What is answered; absent when it is not among what is shown. */
  readonly entry: Entry | undefined
  readonly author: string
  readonly onJump: () => void
}

/** The message that another one answers, and the way to it. */
export function Quote({ entry, author, onJump }: QuoteProps) {
  if (!entry) return <span class="quote soft">An earlier message</span>
  const thumb = entry.message.msgBody.media?.thumbImage
  return (
    <button
      type="button"
      class="quote"
      onClick={onJump}
      aria-label={`Go to the answered message of ${author}`}
    >
      {thumb && <img src={thumb} alt="" />}
      <span class="quote-author">{author}</span>
      <span class="quote-text">{summaryOf(entry.message)}</span>
    </button>
  )
}

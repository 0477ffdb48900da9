import { memo } from 'preact/compat'
import { IconButton } from '../../design/icon-button.tsx'
import { clockText } from '../../design/time-text.ts'
import { MediaBody } from '../media/media-body.tsx'
import type { Delivery, Entry } from '../state/conversation.ts'
import { DeliveryMark } from './delivery-mark.tsx'
import { Quote } from './quote.tsx'
import { TextBody } from './text-body.tsx'

export interface RowActions {
  readonly reply: (entry: Entry) => void
  readonly jump: (entry: Entry) => void
  readonly open: (entry: Entry) => void
  readonly retry: (entry: Entry) => void
  readonly dismiss: (entry: Entry) => void
}

interface MessageRowProps {
  readonly entry: Entry
  readonly startsGroup: boolean
  readonly endsGroup: boolean
  readonly author: string
  readonly delivery: Delivery
  /** What this one answers, if that is among what is shown, and who said it. */
  readonly answered: Entry | undefined
  readonly answeredAuthor: string
  readonly isReachable: boolean
  readonly actions: RowActions
}

/** One message. Of all messages one is reached by Tab, the others from there by the arrow keys. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { entry, author, delivery, answered, isReachable, actions } = props
  const { msgBody, timestamp } = entry.message
  const text = msgBody.media ? msgBody.media.caption : msgBody.message
  const isPicture = msgBody.message_type === 'image' || msgBody.message_type === 'video'
  const classes = [
    'message',
    entry.isOwn ? 'message-own' : 'message-other',
    props.startsGroup && 'message-first',
  ]
  return (
    <li
      class={classes.filter(Boolean).join(' ')}
      data-key={entry.key}
      tabIndex={isReachable ? 0 : -1}
      aria-label={`${author}, ${clockText(timestamp)}`}
    >
      <div class={isPicture ? 'bubble bubble-picture' : 'bubble'} data-last={props.endsGroup}>
        {entry.message.replyTo && (
          <Quote
            entry={answered}
            author={props.answeredAuthor}
            onJump={() => answered && actions.jump(answered)}
          />
        )}
        {msgBody.media && <MediaBody entry={entry} onOpen={() => actions.open(entry)} />}
        {text && <TextBody text={text} />}
        {entry.failure && (
          <p class="message-failure" role="alert">
            {entry.failure}
            {!msgBody.media && (
              <IconButton icon="retry" label="Send again" onClick={() => actions.retry(entry)} />
            )}
            <IconButton icon="close" label="Dismiss" onClick={() => actions.dismiss(entry)} />
          </p>
        )}
        <span class="message-foot figures">
          <time dateTime={new Date(timestamp).toISOString()}>{clockText(timestamp)}</time>
          {entry.isOwn && <DeliveryMark delivery={delivery} />}
        </span>
      </div>
      {delivery !== 'waiting' && delivery !== 'failed' && (
        <IconButton
          icon="reply"
          class="message-reply"
          label={`Reply to ${author}`}
          tabIndex={isReachable ? 0 : -1}
          onClick={() => actions.reply(entry)}
        />
      )}
    </li>
  )
})

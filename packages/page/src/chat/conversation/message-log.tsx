import './message-log.css'
import { Fragment } from 'preact'
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Button } from '../../design/button.tsx'
import { IconButton } from '../../design/icon-button.tsx'
import { dayText } from '../../design/time-text.ts'
import { useChat } from '../state/chat-context.ts'
import { type Conversation, deliveryOf, type Entry } from '../state/conversation.ts'
import { readOlder } from '../state/read-history.ts'
import { MessageRow, type RowActions } from './message-row.tsx'
import { rowsOf } from './rows.ts'
import { useArrowKeys } from './use-arrow-keys.ts'
import { useScroll } from './use-scroll.ts'

interface MessageLogProps {
  readonly conversation: Conversation
  /** Of the other one. */
  readonly name: string
  readonly actions: Omit<RowActions, 'jump'>
}

/** The messages, oldest first; older ones come when somebody scrolls up. */
export function MessageLog({ conversation, name, actions }: MessageLogProps) {
  const chat = useChat()
  const { jid, entries, older } = conversation
  const scroller = useRef<HTMLDivElement>(null)
  const [isAtBottom, setAtBottom] = useState(true)
  const loadOlder = useCallback(() => void readOlder(chat, jid), [chat, jid])
  const first = entries[0]
  const last = entries.at(-1)
  useScroll({
    scroller,
    jid,
    firstKey: first?.key,
    lastKey: last?.key,
    lastIsOwn: last?.isOwn === true,
    onTop: loadOlder,
    onBottom: setAtBottom,
  })
  // What fits into the window never scrolls, so it would never ask for more.
  useEffect(() => {
    const place = scroller.current
    if (older === 'more' && place && place.scrollHeight <= place.clientHeight) loadOlder()
  }, [older, entries.length])
  const { reachable, jump } = useArrowKeys(scroller, last?.key)
  const rowActions = useMemo<RowActions>(
    () => ({ ...actions, jump: (entry: Entry) => jump(entry.key) }),
    [actions, jump],
  )
  const rows = useMemo(() => rowsOf(entries), [entries])
  const byId = useMemo(() => new Map(entries.map((entry) => [entry.message.msgId, entry])), [entries])
  const deliveries = useMemo(() => deliveryOf(conversation), [conversation])
  const authorOf = (entry: Entry | undefined) => (entry?.isOwn ? 'You' : name)
  const answeredBy = ({ message: { replyTo } }: Entry) => (replyTo ? byId.get(replyTo) : undefined)
  return (
    <div class="log-frame">
      <div
        class="log"
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={`Messages with ${name}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        tabIndex={0}
      >
        <div class="log-content">
          {older === 'failed' && (
            <p class="log-note">
              Earlier messages could not be loaded. <Button onClick={loadOlder}>Try again</Button>
            </p>
          )}
          {entries.length === 0 && older === 'none' && (
            <p class="log-note soft">Nothing yet. Say hello, or drop a file here.</p>
          )}
          <ol class="log-list">
            {rows.map(({ entry, startsDay, startsGroup, endsGroup }) => (
              <Fragment key={entry.key}>
                {startsDay && <li class="log-day">{dayText(entry.message.timestamp, Date.now())}</li>}
                <MessageRow
                  entry={entry}
                  startsGroup={startsGroup}
                  endsGroup={endsGroup}
                  author={authorOf(entry)}
                  delivery={deliveries(entry)}
                  answered={answeredBy(entry)}
                  answeredAuthor={authorOf(answeredBy(entry))}
                  isReachable={entry.key === reachable}
                  actions={rowActions}
                />
              </Fragment>
            ))}
          </ol>
        </div>
      </div>
      {older === 'loading' && <p class="log-loading">Loading earlier messages …</p>}
      {!isAtBottom && (
        <IconButton
          icon="down"
          class="log-end"
          look="plain"
          label="Go to the newest message"
          onClick={() => scroller.current?.scrollTo({ top: scroller.current.scrollHeight })}
        />
      )}
    </div>
  )
}

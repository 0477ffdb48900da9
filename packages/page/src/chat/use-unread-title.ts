import { useEffect } from 'preact/hooks'
import { useChat } from './state/chat-context.ts'
import { useObservable } from './state/use-observable.ts'

/** How many messages nobody has seen, in the title of the tab. */
export function useUnreadTitle(): void {
  const { conversations } = useChat()
  const unread = useObservable(conversations.all, (all) =>
    [...all.values()].reduce((sum, conversation) => sum + conversation.unread, 0),
  )
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Sluice: chat` : 'Sluice: chat'
  }, [unread])
}

import { useEffect, useState } from 'preact/hooks'
import { Button } from '../design/button.tsx'
import { useChat } from './state/chat-context.ts'
import { useObservable } from './state/use-observable.ts'

const PATIENCE_MS = 1_000

/** Says that nothing gets through, and what happens about it. */
export function ConnectionBanner({ onReconnect }: { readonly onReconnect: () => void }) {
  const { connection } = useChat()
  const state = useObservable(connection)
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    setLate(false)
    // A line that is back at once is not worth a word.
    const timer = setTimeout(setLate, PATIENCE_MS, state !== 'online')
    return () => clearTimeout(timer)
  }, [state])
  return (
    <div class="connection-banner" role="status">
      {isLate && state === 'connecting' && (
        <p class="note note-warn">No connection. Trying again; what you write is sent once it is back.</p>
      )}
      {isLate && state === 'offline' && (
        <p class="note note-warn">
          Not connected any more. <Button onClick={onReconnect}>Connect again</Button>
        </p>
      )}
    </div>
  )
}

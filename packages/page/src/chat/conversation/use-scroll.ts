import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

const NEAR_PX = 80

interface ScrollNeeds {
  readonly scroller: RefObject<HTMLElement | null>
  /** Of the conversation. */
  readonly jid: string
  readonly firstKey: string | undefined
  readonly lastKey: string | undefined
  readonly lastIsOwn: boolean
  /** Somebody has scrolled near the top. */
  readonly onTop: () => void
  readonly onBottom: (isAtBottom: boolean) => void
}

/**
 * Keeps the place: at the end while somebody is there, where they read while they scrolled up, whatever is added above
 * or below. One's own message always comes into sight.
 */
export function useScroll({
  scroller,
  jid,
  firstKey,
  lastKey,
  lastIsOwn,
  onTop,
  onBottom,
}: ScrollNeeds): void {
  const seen = useRef({ jid: '', firstKey, lastKey, fromBottom: 0, isAtBottom: true })
  useLayoutEffect(() => {
    const place = scroller.current
    const before = seen.current
    if (!place) return
    const isNew = before.jid !== jid
    const isOwnNew = lastKey !== before.lastKey && lastIsOwn
    if (isNew || before.isAtBottom || isOwnNew) place.scrollTop = place.scrollHeight
    else if (before.firstKey !== firstKey) place.scrollTop = place.scrollHeight - before.fromBottom
    seen.current = { ...before, jid, firstKey, lastKey, ...measure(place) }
  }, [jid, firstKey, lastKey])
  useEffect(() => {
    const place = scroller.current
    const content = place?.firstElementChild
    if (!place || !content) return
    const scrolled = () => {
      Object.assign(seen.current, measure(place))
      onBottom(seen.current.isAtBottom)
      if (place.scrollTop < 3 * NEAR_PX) onTop()
    }
    // Panels and images may grow, and windows shrink, while somebody is at the end.
    const resized = new ResizeObserver(() => {
      if (seen.current.isAtBottom) place.scrollTop = place.scrollHeight
      Object.assign(seen.current, measure(place))
    })
    place.addEventListener('scroll', scrolled, { passive: true })
    resized.observe(content)
    resized.observe(place)
    return () => {
      place.removeEventListener('scroll', scrolled)
      resized.disconnect()
    }
  }, [jid, onTop, onBottom])
}

function measure({ scrollHeight, scrollTop, clientHeight }: HTMLElement) {
  const fromBottom = scrollHeight - scrollTop
  return { fromBottom, isAtBottom: fromBottom - clientHeight < NEAR_PX }
}

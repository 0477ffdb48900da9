import type { RefObject } from 'preact'
import { useCallback, useEffect, useState } from 'preact/hooks'

/**
 * One stop of the Tab key for all messages: from there the arrow keys, Home and End lead on. `jump` shows a message
 * and goes there.
 */
export function useArrowKeys(list: RefObject<HTMLElement | null>, lastKey: string | undefined) {
  const [chosen, setChosen] = useState<string>()
  const jump = useCallback((key: string) => {
    const item = itemsOf(list).find(({ dataset }) => dataset.key === key)
    if (!item) return
    item.focus({ preventScroll: true })
    item.scrollIntoView({ block: 'center' })
    item.classList.remove('message-found')
    // Read, so that the animation starts anew.
    void item.offsetWidth
    item.classList.add('message-found')
  }, [])
  useEffect(() => {
    const place = list.current
    if (!place) return
    const focused = ({ target }: FocusEvent) => {
      const key = itemOf(target)?.dataset.key
      if (key !== undefined) setChosen(key)
    }
    const pressed = (event: KeyboardEvent) => {
      const item = itemOf(event.target)
      // Players have their own use for arrow keys.
      if (!item || (event.target as Element).closest('audio, video, input')) return
      const items = itemsOf(list)
      const next = nextPlace(event.key, items.indexOf(item), items.length)
      if (next === undefined) return
      event.preventDefault()
      items[next]?.focus({ preventScroll: true })
      items[next]?.scrollIntoView({ block: 'nearest' })
    }
    place.addEventListener('focusin', focused)
    place.addEventListener('keydown', pressed)
    return () => {
      place.removeEventListener('focusin', focused)
      place.removeEventListener('keydown', pressed)
    }
  }, [])
  return { reachable: chosen ?? lastKey, jump }
}

function nextPlace(key: string, place: number, count: number): number | undefined {
  if (key === 'ArrowUp') return Math.max(0, place - 1)
  if (key === 'ArrowDown') return Math.min(count - 1, place + 1)
  if (key === 'Home') return 0
  if (key === 'End') return count - 1
  return undefined
}

function itemsOf(list: RefObject<HTMLElement | null>): HTMLElement[] {
  return [...(list.current?.querySelectorAll<HTMLElement>('[data-key]') ?? [])]
}

function itemOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-key]') : null
}

import { useEffect, useState } from 'preact/hooks'

export const VIEWS = { tour: 'Tour', chat: 'Chat' } as const

export type ViewName = keyof typeof VIEWS

/** The view that the address names; on this machine the tour if it names none, elsewhere the chat. */
export function useView(): ViewName {
  const [view, setView] = useState(currentView)
  useEffect(() => {
    const follow = () => setView(currentView())
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return view
}

function currentView(): ViewName {
  const [name = ''] = location.hash.slice(1).split('/')
  if (name === 'tour' || name === 'chat') return name
  return isLoopback(location.hostname) ? 'tour' : 'chat'
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

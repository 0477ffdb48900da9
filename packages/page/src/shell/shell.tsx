import './shell.css'
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useView, VIEWS, type ViewName } from './view.ts'

/** Each view comes when it is first shown. */
const LOAD: Record<ViewName, () => Promise<ComponentType>> = {
  tour: async () => (await import('../tour/tour.tsx')).Tour,
  chat: async () => (await import('../chat/chat.tsx')).Chat,
}

/** What stands around every view: the name, the way from one view to the other, and the view itself. */
export function Shell() {
  const view = useView()
  const View = useLoaded(view)
  useEffect(() => {
    document.title = `Sluice: ${VIEWS[view].toLowerCase()}`
  }, [view])
  return (
    <>
      <button type="button" class="button skip" onClick={focusMain}>
        Skip to the content
      </button>
      <header class="shell-bar">
        <span class="shell-name">
          <img src="./sluice.svg" alt="" width="28" height="28" />
          Sluice
        </span>
        <nav aria-label="Views">
          {Object.entries(VIEWS).map(([name, title]) => (
            <a key={name} href={`#${name}`} aria-current={name === view ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1} class={`shell-main shell-main-${view}`}>
        {View && <View />}
      </main>
    </>
  )
}

function useLoaded(view: ViewName): ComponentType | undefined {
  const [loaded, setLoaded] = useState<{ view: ViewName; View: ComponentType }>()
  useEffect(() => {
    let current = true
    void LOAD[view]().then((View) => {
      if (current) setLoaded({ view, View })
    })
    return () => {
      current = false
    }
  }, [view])
  return loaded?.view === view ? loaded.View : undefined
}

// Not a link to `#main`: the address belongs to the views.
function focusMain(): void {
  document.getElementById('main')?.focus()
}

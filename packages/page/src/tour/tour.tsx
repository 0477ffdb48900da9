import './tour.css'
import { useEffect, useState } from 'preact/hooks'
import { CodePane } from './code-pane.tsx'
import { Controls } from './controls.tsx'
import { Lines } from './lines.tsx'
import { Outcome } from './outcome.tsx'
import { TourModel } from './tour-model.ts'
import type { Shown } from './tour-state.ts'
import { Way } from './way.tsx'

// One for the page: what is under way goes on while the chat is shown.
let model: TourModel | undefined

/** Two people, one file, and everything that can go wrong on its way. */
export function Tour() {
  const { tour, shown } = useTour()
  if (shown.stage === 'closed') return <Closed />
  return (
    <div class="tour">
      <header class="tour-head">
        <h1>Stop it anywhere. It goes on.</h1>
        <p class="soft">
          Alice sends Bob a file through this gateway. Both are in this page, logged in, each over a network
          of their own that you can slow and cut. Everything below is real: the bytes, the callbacks, the
          figures.
        </p>
      </header>
      <div class="tour-main">
        <Controls tour={tour} shown={shown} />
        <Way shown={shown} />
        <Outcome shown={shown} />
        <Lines lines={shown.journey?.lines ?? []} />
      </div>
      <CodePane said={shown.said} />
    </div>
  )
}

function Closed() {
  useEffect(() => {
    // Nobody asked for the tour: it is what this machine shows first.
    if (location.hash === '') location.replace('#chat')
  }, [])
  return (
    <div class="tour tour-closed">
      <h1>The tour is not played here</h1>
      <p>
        It slows, cuts and restarts the gateway, so only a gateway that listens on this machine alone plays
        it: <code>npm start</code>, without further settings.
      </p>
      <p>
        <a class="button button-first" href="#chat">
          Go to the chat
        </a>
      </p>
    </div>
  )
}

function useTour(): { tour: TourModel; shown: Shown } {
  model ??= begin()
  const tour = model
  const [shown, setShown] = useState(tour.record.shown)
  useEffect(() => tour.record.subscribe(() => setShown(tour.record.shown)), [tour])
  return { tour, shown }
}

function begin(): TourModel {
  const tour = new TourModel()
  void tour.start()
  return tour
}

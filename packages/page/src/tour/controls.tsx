import { useRef } from 'preact/hooks'
import { Button } from '../design/button.tsx'
import { byteText } from '../design/byte-text.ts'
import { type Action, nextStep } from './next-step.ts'
import { SPEEDS, speedIndex, speedText } from './speeds.ts'
import { FILE_BYTES, type TourModel } from './tour-model.ts'
import { isCut, isUnderWay, type Shown } from './tour-state.ts'

interface Needs {
  readonly tour: TourModel
  readonly shown: Shown
}

/** The next step, and all that can be done. */
export function Controls({ tour, shown }: Needs) {
  const step = nextStep(shown)
  if (shown.stage === 'broken')
    return (
      <section class="card tour-controls" role="alert">
        <h2>The tour cannot begin</h2>
        <p class="note note-danger">{shown.problem}</p>
        <div class="tour-buttons">
          <Button look="first" onClick={() => location.reload()}>
            Try again
          </Button>
        </div>
      </section>
    )
  return (
    <section class="card tour-controls" aria-labelledby="tour-next">
      <div class="tour-next" aria-live="polite">
        <p class="tour-next-label">{step.label}</p>
        <h2 id="tour-next">{step.title}</h2>
        <p class="soft">{step.text}</p>
      </div>
      <div class="tour-buttons">
        {isBefore(shown) ? (
          <Files tour={tour} shown={shown} />
        ) : (
          <Troubles tour={tour} shown={shown} next={step.action} />
        )}
      </div>
      <Speed tour={tour} shown={shown} />
    </section>
  )
}

function isBefore({ journey }: Shown): boolean {
  return journey === undefined
}

function Files({ tour, shown }: Needs) {
  const input = useRef<HTMLInputElement>(null)
  const busy = shown.stage !== 'ready' || shown.making !== undefined
  const { making } = shown
  return (
    <>
      <Button look="first" disabled={busy} onClick={() => void tour.make(FILE_BYTES)}>
        {making
          ? `Making it: ${Math.floor((100 * making.done) / making.size)} %`
          : `Make a ${byteText(FILE_BYTES).replace('.0', '')} file`}
      </Button>
      <Button disabled={busy} onClick={() => input.current?.click()}>
        Choose your own…
      </Button>
      <input
        ref={input}
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-label="Your own file"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0]
          if (file) tour.choose(file)
        }}
      />
    </>
  )
}

function Troubles({ tour, shown, next }: Needs & { next: Action | undefined }) {
  const { journey, restarting, tried } = shown
  const cut = isCut(shown)
  const over = !isUnderWay(shown)
  const stopped = cut || restarting
  const look = (...actions: Action[]) => (next && actions.includes(next) ? 'first' : 'plain')
  const tick = (name: (typeof tried)[number]) => (tried.includes(name) ? <Tick /> : undefined)
  if (over)
    return (
      <Button look="first" disabled={shown.making !== undefined} onClick={() => tour.again()}>
        Another file
      </Button>
    )
  return (
    <>
      <Button
        look={look('cancel', 'resume')}
        onClick={() => (journey?.paused ? tour.resume() : void tour.cancel())}
      >
        {journey?.paused ? 'Resume' : 'Cancel'} {tick('cancel')}
      </Button>
      <Button
        look={look('cut', 'restore')}
        disabled={restarting}
        onClick={() => void (cut ? tour.restore() : tour.cut())}
      >
        {cut ? 'Restore the network' : 'Cut the network'} {tick('cut')}
      </Button>
      <Button look={look('reload')} disabled={stopped} onClick={() => tour.reload()}>
        Reload the tab {tick('reload')}
      </Button>
      <Button look={look('restart')} disabled={stopped} onClick={() => void tour.restart()}>
        Restart the server {tick('restart')}
      </Button>
    </>
  )
}

function Tick() {
  return (
    <span class="tour-tick">
      <span aria-hidden="true">✓</span>
      <span class="unseen">(tried)</span>
    </span>
  )
}

function Speed({ tour, shown }: Needs) {
  const { server } = shown
  const speed = server ? server.networks.alice.bytesPerSecond : (SPEEDS[4] ?? null)
  return (
    <div class="tour-speed">
      <label for="tour-speed">Speed of both networks</label>
      <input
        id="tour-speed"
        class="slider"
        type="range"
        min="0"
        max={SPEEDS.length - 1}
        step="1"
        disabled={shown.stage !== 'ready'}
        value={speedIndex(speed)}
        aria-valuetext={speedText(speed)}
        onInput={({ currentTarget }) => void tour.setSpeed(SPEEDS[Number(currentTarget.value)] ?? null)}
      />
      <output class="figures" for="tour-speed">
        {speedText(speed)}
      </output>
    </div>
  )
}

import { byteText } from '../design/byte-text.ts'
import type { PersonName } from './tour-server.ts'
import { isCut, type Shown } from './tour-state.ts'

/** Alice, Bob and the bar between them. */
export function Way({ shown }: { readonly shown: Shown }) {
  const { journey, sent } = shown
  const size = journey?.size ?? 0
  const bars = [
    ['sent', 'Sent by Alice', Math.max(sent, journey?.committed ?? 0)],
    ['committed', 'Committed by the gateway', journey?.committed ?? 0],
    ['received', 'Received by Bob', journey?.received ?? 0],
  ] as const
  return (
    <section class="card tour-way" aria-label="The way of the file">
      <div class="tour-people">
        <Person name="alice" title="Alice" shown={shown} />
        <p class="tour-file">
          {journey ? (
            <>
              <strong>{journey.name}</strong>
              <span class="soft figures">{byteText(journey.size)}</span>
            </>
          ) : (
            <span class="soft">No file yet</span>
          )}
        </p>
        <Person name="bob" title="Bob" shown={shown} />
      </div>
      <div class="tour-bar" data-cut={isCut(shown) || undefined}>
        {bars.map(([key, title, bytes]) => (
          <div
            key={key}
            class={`tour-bar-${key}`}
            role="progressbar"
            aria-label={title}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={percent(bytes, size)}
            aria-valuetext={`${byteText(bytes)} of ${byteText(size)}`}
            style={{ transform: `scaleX(${size ? bytes / size : 0})` }}
          />
        ))}
      </div>
      <ul class="tour-legend">
        {bars.map(([key, title, bytes]) => (
          <li key={key}>
            <span class={`tour-swatch tour-bar-${key}`} aria-hidden="true" />
            {title} <span class="figures">{byteText(bytes)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Person({ name, title, shown }: { name: PersonName; title: string; shown: Shown }) {
  return (
    <div class={`tour-person tour-person-${name}`}>
      <span class="tour-face" aria-hidden="true">
        {title[0]}
      </span>
      <div>
        <h3>{title}</h3>
        <p class="soft tour-jid">{shown.jids[name]}</p>
        <p class="figures tour-doing">{doing(name, shown)}</p>
      </div>
    </div>
  )
}

function doing(name: PersonName, shown: Shown): string {
  const { journey, making, rates } = shown
  if (shown.stage === 'starting') return 'logging in…'
  if (isCut(shown)) return 'no network'
  if (!shown.online[name]) return 'connecting again…'
  const mine = journey?.phase === (name === 'alice' ? 'sending' : 'receiving')
  if (!mine) return name === 'bob' && journey?.phase === 'arrived' ? 'has all of it' : 'online'
  if (journey.paused) return 'paused'
  if (making?.what === 'checking') return `checking the hash: ${percent(making.done, making.size)} %`
  return `${name === 'alice' ? '↑' : '↓'} ${byteText(Math.round(name === 'alice' ? rates.up : rates.down))}/s`
}

function percent(bytes: number, size: number): number {
  return size > 0 ? Math.floor((100 * bytes) / size) : 0
}

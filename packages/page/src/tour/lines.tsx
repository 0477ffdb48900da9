import type { Line } from './kept.ts'

const MARKS: Record<Line['kind'], string> = { stop: '‖', on: '▶', good: '✓', bad: '!' }

/** What happened, the newest first. */
export function Lines({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <section class="tour-lines" aria-label="What happened" aria-live="polite">
      <ol class="tour-line-list">
        {lines
          .map((line, index) => (
            <li key={index} class={`tour-line tour-line-${line.kind}`}>
              <span class="tour-mark" aria-hidden="true">
                {MARKS[line.kind]}
              </span>
              {line.text}
            </li>
          ))
          .reverse()}
      </ol>
    </section>
  )
}

import { type CallName, lineSaying, linesOf } from './shown-calls.ts'
import type { Shown } from './tour-state.ts'

const CALLS: readonly [CallName, string][] = [
  ['send', 'Alice sends'],
  ['cancelUpload', 'cancels'],
  ['resumeUpload', 'and resumes'],
  ['download', 'Bob downloads, or goes on'],
  ['cancelDownload', 'and cancels'],
]

const WORDS = ['onPending', 'onResuming', 'onProgress', 'onSuccess', 'onError', 'response'] as const

/** The five calls, as they run in this page; a line lights up when it is called. */
export function CodePane({ said }: { readonly said: Shown['said'] }) {
  return (
    <section class="tour-code" aria-label="The code that runs">
      <h2>The code that runs</h2>
      <p class="soft">Five calls of the SDK. A line lights up when its callback fires.</p>
      {CALLS.map(([name, title]) => (
        <figure key={name}>
          <figcaption>{title}</figcaption>
          <Call name={name} said={said} />
        </figure>
      ))}
    </section>
  )
}

function Call({ name, said }: { name: CallName; said: Shown['said'] }) {
  const sayings = new Map(WORDS.map((word) => [lineSaying(name, word), said[`${name}.${word}`]]))
  return (
    <pre>
      <code>
        {linesOf(name).map((line, index) => {
          const saying = sayings.get(index)
          return (
            <span
              key={`${index} ${saying?.times ?? 0}`}
              class={`tour-code-line ${saying ? 'tour-code-said' : ''}`}
            >
              {line}
              {saying && <span class="tour-code-note">{`  // ${saying.note}`}</span>}
              {'\n'}
            </span>
          )
        })}
      </code>
    </pre>
  )
}

import type { Progress, Res } from '@sluice/client'
import { byteText } from '../design/byte-text.ts'
import { type Journey, keep, type Line, readKept, type Trouble } from './kept.ts'
import type { LoggedIn } from './people.ts'
import type { Said } from './said.ts'
import type { CallName } from './shown-calls.ts'
import type { PersonName } from './tour-server.ts'
import { BEFORE_ALL, type Shown } from './tour-state.ts'

/** What the tour shows now, and what of it outlives the page. */
export class TourRecord {
  people: Readonly<Partial<Record<PersonName, LoggedIn>>> = {}
  #shown = BEFORE_ALL
  #journey: Journey | undefined
  readonly #listeners = new Set<() => void>()

  get shown(): Shown {
    return this.#shown
  }

  get journey(): Journey | undefined {
    return this.#journey
  }

  set journey(journey: Journey | undefined) {
    this.#journey = journey
    this.show({})
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  show(change: Partial<Shown>): void {
    this.#shown = { ...this.#shown, ...change, journey: this.#journey && { ...this.#journey } }
    for (const listener of this.#listeners) listener()
  }

  line(line: Line): void {
    const journey = this.#journey
    if (!journey) return
    journey.lines = [...journey.lines, line]
    this.save()
  }

  tried(trouble: Trouble): void {
    const { tried } = this.#shown
    this.show({ tried: tried.includes(trouble) ? tried : [...tried, trouble] })
  }

  save(): void {
    this.show({})
    const { tried, server } = this.#shown
    const { alice, bob } = this.people
    keep({
      people: alice && bob ? { alice: alice.credentials, bob: bob.credentials } : readKept().people,
      journey: this.#journey,
      tried,
      bytesPerSecond: server?.networks.alice.bytesPerSecond,
    })
  }

  /** The callbacks of a call: each is shown where it stands in the code, then `then` has its own use for it. */
  said(name: CallName, then: Partial<Said> = {}): Said {
    const say = (word: keyof Said, note: string) => {
      const key = `${name}.${word}` as const
      const times = (this.#shown.said[key]?.times ?? 0) + 1
      this.show({ said: { ...this.#shown.said, [key]: { times, note } } })
    }
    const tellRes = (word: 'onSuccess' | 'onError' | 'response') => (response: Res) => {
      say(
        word,
        word === 'onSuccess'
          ? `${response.statusCode}`
          : `${response.statusCode} ${shortened(response.message)}`,
      )
      then[word]?.(response)
    }
    const tellId = (word: 'onPending' | 'onResuming') => (msgId: string) => {
      say(word, shortened(msgId))
      then[word]?.(msgId)
    }
    return {
      onPending: tellId('onPending'),
      onResuming: tellId('onResuming'),
      onProgress: (progress: Progress) => {
        say('onProgress', `${byteText(progress.committed)} of ${byteText(progress.total)}`)
        then.onProgress?.(progress)
      },
      onSuccess: tellRes('onSuccess'),
      onError: tellRes('onError'),
      response: tellRes('response'),
    }
  }
}

/** Ids take room and tell a reader nothing. */
function shortened(text: string): string {
  return text.replace(/\b([0-9a-f]{4})[0-9a-f-]{20,}\b/g, '$1…')
}

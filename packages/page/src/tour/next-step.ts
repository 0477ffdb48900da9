import { TROUBLES, type Trouble } from './kept.ts'
import { isCut, isUnderWay, type Shown } from './tour-state.ts'

export type Action = 'make' | 'resume' | 'restore' | 'again' | Trouble

export interface NextStep {
  readonly label: 'Next' | 'Now' | 'Done' | 'Stopped'
  readonly title: string
  readonly text: string
  /** What to press; nothing while there is only to wait. */
  readonly action?: Action
}

const TRY: Record<Trouble, { title: string; text: string }> = {
  cancel: { title: 'Press Cancel', text: 'Stop it in the middle. What the gateway has, it keeps.' },
  cut: { title: 'Cut the network', text: 'Every connection breaks at once, as in a tunnel.' },
  reload: { title: 'Reload the tab', text: 'The page forgets everything. The transfer does not.' },
  restart: { title: 'Restart the server', text: 'The gateway itself goes away and comes back.' },
}

const next = (action: Action, title: string, text: string): NextStep => ({
  label: 'Next',
  title,
  text,
  action,
})
const now = (title: string, text: string): NextStep => ({ label: 'Now', title, text })

/** The one thing to do next. */
export function nextStep(shown: Shown): NextStep {
  const { journey, making, restarting, tried } = shown
  if (making?.what === 'making')
    return now('Making a file', 'Of random bytes, so that nothing can be guessed or packed.')
  if (!journey)
    return next(
      'make',
      'Make a file for Bob',
      'Alice sends it, and you try to stop her: cancel, cut the network, reload, restart the server.',
    )
  if (restarting) return now('The server is restarting', 'It first commits all that it has received.')
  if (isCut(shown))
    return next('restore', 'Restore the network', 'Nothing gets through. Nothing is lost either.')
  if (journey.paused) return next('resume', 'Press Resume', 'It goes on where it stood, to the byte.')
  if (making) return now('Comparing the hashes', 'Bob has every byte. Now to see that they are the same.')
  if (journey.phase === 'failed')
    return { label: 'Stopped', title: 'It ended here', text: 'The last line says why.', action: 'again' }
  if (journey.phase === 'arrived') return arrived(tried)
  const trouble = isUnderWay(shown) && TROUBLES.find((name) => !tried.includes(name))
  if (trouble) return next(trouble, TRY[trouble].title, TRY[trouble].text)
  return now('Let it arrive', 'Or stop it again, in any way, as often as you like.')
}

function arrived(tried: readonly Trouble[]): NextStep {
  const left = TROUBLES.some((name) => !tried.includes(name))
  const text = left
    ? 'Send another one and try what is left to try.'
    : 'Whole, once, and with next to nothing sent twice.'
  return { label: 'Done', title: 'It arrived', text, action: 'again' }
}

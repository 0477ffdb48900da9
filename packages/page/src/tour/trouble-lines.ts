import { byteText } from '../design/byte-text.ts'
import type { Journey, Line, Trouble } from './kept.ts'
import type { WentOn } from './passage.ts'

const BACK: Record<Trouble, string> = {
  cancel: 'Resumed',
  cut: 'The network is back',
  reload: 'The page is back',
  restart: 'The server is back',
}

/** What a trouble cost, in real figures. */
export function wentOnLine(trouble: Trouble, phase: Journey['phase'], { at, again }: WentOn): Line {
  const [who, what] =
    phase === 'sending'
      ? ['the upload', 'committed bytes sent again']
      : ['the download', 'received bytes fetched again']
  const text = `${BACK[trouble]}: ${who} went on at ${byteText(at)}, ${again.toLocaleString('en')} ${what}.`
  return { kind: again === 0 ? 'on' : 'bad', text }
}

const STOPPED: Record<Trouble, string> = {
  cancel: 'Cancelled',
  cut: 'The network was cut',
  reload: 'The tab was reloaded',
  restart: 'The server is restarting',
}

export function stoppedLine(trouble: Trouble, safe: number): Line {
  return { kind: 'stop', text: `${STOPPED[trouble]}, with ${byteText(safe)} safe.` }
}

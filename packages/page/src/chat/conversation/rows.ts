import type { Entry } from '../state/conversation.ts'

const GROUP_MS = 5 * 60_000

/** A message as it stands among the others. */
export interface Row {
  readonly entry: Entry
  /** First of its day. */
  readonly startsDay: boolean
  /** First, last of what one said in a row. */
  readonly startsGroup: boolean
  readonly endsGroup: boolean
}

/** Which messages begin a day, and which belong together: by the same one, within a few minutes. */
export function rowsOf(entries: readonly Entry[]): Row[] {
  const breaks = entries.map((entry, place) => breakBefore(entries[place - 1], entry))
  return entries.map((entry, place) => ({
    entry,
    startsDay: breaks[place] === 'day',
    startsGroup: breaks[place] !== 'none',
    endsGroup: (breaks[place + 1] ?? 'group') !== 'none',
  }))
}

function breakBefore(before: Entry | undefined, entry: Entry): 'day' | 'group' | 'none' {
  if (!before || dayOf(before) !== dayOf(entry)) return 'day'
  const isNear = entry.message.timestamp - before.message.timestamp < GROUP_MS
  return isNear && before.isOwn === entry.isOwn ? 'none' : 'group'
}

function dayOf({ message }: Entry): string {
  return new Date(message.timestamp).toDateString()
}

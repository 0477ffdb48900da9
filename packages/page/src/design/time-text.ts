const MINUTE = 60
const HOUR = 3600

/** How long something still takes, for people: `40 s left`, `3 min left`. */
export function timeLeftText(seconds: number): string {
  if (seconds < 1) return 'a moment left'
  if (seconds < MINUTE) return `${Math.ceil(seconds)} s left`
  if (seconds < HOUR) return `${Math.ceil(seconds / MINUTE)} min left`
  return `${(seconds / HOUR).toFixed(1)} h left`
}

/** The time of the day, as the browser's language writes it. */
export function clockText(timestamp: number): string {
  return new Date(timestamp).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })
}

/** The day for a separator: `Today`, `Yesterday`, else its date. */
export function dayText(timestamp: number, now: number): string {
  const days = Math.round((startOfDay(now) - startOfDay(timestamp)) / 86_400_000)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  const year = new Date(timestamp).getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric'
  return new Date(timestamp).toLocaleDateString('en', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year,
  })
}

/** For a list: the time of a message of today, else its day, short. */
export function whenText(timestamp: number, now: number): string {
  if (startOfDay(timestamp) === startOfDay(now)) return clockText(timestamp)
  return new Date(timestamp).toLocaleDateString('en', { day: 'numeric', month: 'short' })
}

function startOfDay(timestamp: number): number {
  return new Date(timestamp).setHours(0, 0, 0, 0)
}

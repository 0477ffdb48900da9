import { Refusal, type RefusalCode } from './refusals.ts'
import { UPLOAD_STATES, type UploadState } from './upload-states.ts'

/** What the machine needs to know of an upload. `committed` and `size` are bytes. */
export interface UploadSnapshot {
  readonly state: UploadState
  readonly committed: number
  readonly size: number
  /** `later`: the offer promised a hash that has not come yet. */
  readonly hash: 'none' | 'known' | 'later'
  readonly expiresAt: Date
  readonly endedReason?: 'hash-mismatch' | undefined
}

export const UPLOAD_EVENTS = [
  'take', //      a writer begins: PATCH at the committed offset
  'pause', //     the body ended or the connection dropped before the full length
  'fill', //      the committed offset reached the size
  'cancel', //    the owner stops it
  'resume', //    the owner goes on
  'discard', //   the owner forgets it
  'expire', //    nobody went on in time
  'verified', //  the hash is right
  'mismatch', //  the hash is wrong
  'delete', //    the owner takes the sent media back
] as const
export type UploadEvent = (typeof UPLOAD_EVENTS)[number]

type Outcome = UploadState | RefusalCode
type Rule = Outcome | ((upload: UploadSnapshot, now: Date) => Outcome)

const whole = ({ hash }: UploadSnapshot): Outcome => (hash === 'none' ? 'complete' : 'verifying')
const fill: Rule = (upload) => (upload.committed === upload.size ? whole(upload) : 'upload-incomplete')
// A cancel never completes an upload, even if its flush takes the last byte; going on does.
const goOn: Rule = (upload) => (upload.committed === upload.size ? whole(upload) : 'paused')
const lapse: Rule = ({ expiresAt }, now) => (now >= expiresAt ? 'expired' : 'upload-incomplete')
// Bytes whose hash is known are only waiting for us; for a hash that never comes nobody waits for ever.
const lapseUnhashed: Rule = ({ hash, expiresAt }, now) =>
  hash === 'later' && now >= expiresAt ? 'expired' : 'upload-busy'
// Without a hash there is nothing that could be right or wrong.
const decided =
  (outcome: Outcome): Rule =>
  ({ hash }) =>
    hash === 'known' ? outcome : 'upload-busy'
const whyDiscarded: Rule = ({ endedReason }) => endedReason ?? 'upload-discarded'

const UNFINISHED = {
  take: 'receiving',
  pause: 'paused',
  fill,
  cancel: 'cancelled',
  resume: goOn,
  discard: 'discarded',
  expire: lapse,
  verified: 'upload-incomplete',
  mismatch: 'upload-incomplete',
  delete: 'upload-incomplete',
} satisfies Record<UploadEvent, Rule>

/** A row that answers every event alike. */
function always(rule: Rule): Record<UploadEvent, Rule> {
  return Object.fromEntries(UPLOAD_EVENTS.map((event) => [event, rule])) as Record<UploadEvent, Rule>
}

/** State × event, whole: a state, or the code of the refusal. */
const RULES: Record<UploadState, Record<UploadEvent, Rule>> = {
  offered: {
    ...UNFINISHED,
    // An empty file has no writer: it is filled and resumed without one.
    take: ({ size }) => (size === 0 ? 'upload-busy' : 'receiving'),
    pause: 'offered',
    resume: (upload) => (upload.size === 0 ? whole(upload) : 'offered'),
  },
  receiving: UNFINISHED,
  paused: UNFINISHED,
  // I4: what a fenced writer still reports changes nothing.
  cancelled: { ...UNFINISHED, take: 'upload-cancelled', pause: 'upload-cancelled', fill: 'upload-cancelled' },
  verifying: {
    ...always('upload-busy'),
    cancel: 'upload-complete',
    resume: 'verifying',
    discard: 'discarded',
    expire: lapseUnhashed,
    verified: decided('complete'),
    mismatch: decided('discarded'),
    delete: 'upload-incomplete',
  },
  // I5
  complete: { ...always('upload-complete'), resume: 'complete', delete: 'deleted' },
  deleted: { ...always('media-gone'), delete: 'deleted' },
  discarded: { ...always(whyDiscarded), discard: 'discarded' },
  expired: { ...always('upload-expired'), expire: 'expired' },
}

const UNFINISHED_STATES: readonly UploadState[] = ['offered', 'receiving', 'paused', 'cancelled']

/**
 * The life of an upload as one total, pure function: never throws.
 * An unfinished upload past `expiresAt` takes no event but `expire`.
 */
export function nextUploadState(
  upload: UploadSnapshot,
  event: UploadEvent,
  now: Date,
): UploadState | Refusal {
  const overdue = now >= upload.expiresAt && UNFINISHED_STATES.includes(upload.state)
  const rule = overdue && event !== 'expire' ? 'upload-expired' : RULES[upload.state][event]
  const outcome = typeof rule === 'function' ? rule(upload, now) : rule
  return isState(outcome) ? outcome : new Refusal(outcome)
}

function isState(outcome: Outcome): outcome is UploadState {
  return (UPLOAD_STATES as readonly string[]).includes(outcome)
}

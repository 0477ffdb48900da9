import type { Journey, Trouble } from './kept.ts'
import type { CallName } from './shown-calls.ts'
import type { PersonName, TourState } from './tour-server.ts'

/** The last thing that a line of a call has said, and how often it spoke. */
export interface Saying {
  readonly times: number
  readonly note: string
}

/** All that the tour shows. */
export interface Shown {
  /** `closed`: this gateway does not play the tour. */
  readonly stage: 'starting' | 'closed' | 'broken' | 'ready'
  readonly problem?: string | undefined
  readonly jids: Readonly<Record<PersonName, string>>
  readonly online: Readonly<Record<PersonName, boolean>>
  readonly server?: TourState | undefined
  readonly restarting: boolean
  /** Bytes per second on the wire now. */
  readonly rates: { readonly up: number; readonly down: number }
  /** A file that is being made, or held against its hash. */
  readonly making?:
    | { readonly what: 'making' | 'checking'; readonly done: number; readonly size: number }
    | undefined
  readonly journey?: Readonly<Journey> | undefined
  /** Bytes that have left Alice's page in the requests so far. */
  readonly sent: number
  readonly tried: readonly Trouble[]
  /** By `<call>.<word>`. */
  readonly said: Readonly<Record<`${CallName}.${string}`, Saying>>
}

export const BEFORE_ALL: Shown = {
  stage: 'starting',
  jids: { alice: 'alice', bob: 'bob' },
  online: { alice: false, bob: false },
  restarting: false,
  rates: { up: 0, down: 0 },
  sent: 0,
  tried: [],
  said: {},
}

export function isCut({ server }: Shown): boolean {
  return server !== undefined && !server.networks.alice.connected
}

/** Whether bytes are to move, or would without the trouble that there is. */
export function isUnderWay({ journey }: Shown): boolean {
  return journey?.phase === 'sending' || journey?.phase === 'receiving'
}

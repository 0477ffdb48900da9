import type { PersonName } from './tour-server.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

export const TROUBLES = ['cancel', 'cut', 'reload', 'restart'] as const

export type Trouble = (typeof TROUBLES)[number]

export interface Line {
  readonly kind: 'stop' | 'on' | 'good' | 'bad'
  readonly text: string
}

/** One file on its way from Alice to Bob; all that a reloaded page has to know. */
export interface Journey {
  readonly msgId: string
  readonly name: string
  /** Bytes. */
  readonly size: number
  phase: 'sending' | 'receiving' | 'arrived' | 'failed'
  /** By the Cancel button. */
  paused: boolean
  /** Of the file that Alice has, once it is known. */
  sha256Sent?: string
  sha256Received?: string
  /** Bytes that are safe with the gateway, and with Bob. */
  committed: number
  received: number
  /** Bytes on the wire so far: Alice's way up, Bob's way down. */
  wire: { up: number; down: number }
  /** The networks' counters when they were read last. */
  counters: { up: number; down: number }
  lines: Line[]
}

interface Kept {
  readonly people?: Readonly<Record<PersonName, Credentials>> | undefined
  readonly journey?: Journey | undefined
  readonly tried?: readonly Trouble[] | undefined
  readonly bytesPerSecond?: number | null | undefined
}

const KEY = 'sluice-tour'

/** What the page remembers of the tour, in this browser. */
export function readKept(): Kept {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Kept
  } catch {
    // Another hand, or none at all where storage is forbidden.
    return {}
  }
}

export function keep(kept: Kept): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept))
  } catch {
    // The tour works without; only a reload ends it.
  }
}

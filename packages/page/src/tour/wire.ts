import type { Journey } from './kept.ts'
import type { TourState } from './tour-server.ts'

export type Ways = Journey['wire']

/** What the counters of both people's networks say: Alice's way up, Bob's way down. */
export function countersOf({ networks }: TourState): Ways {
  return { up: networks.alice.carried.up, down: networks.bob.carried.down }
}

/** Adds to the journey's wire what went since the counters were read last. */
export function addWire(journey: Journey, counters: Ways): void {
  for (const way of ['up', 'down'] as const) {
    const before = journey.counters[way]
    // Smaller: the process is another one and has counted from 0.
    journey.wire[way] += counters[way] >= before ? counters[way] - before : counters[way]
  }
  journey.counters = counters
}

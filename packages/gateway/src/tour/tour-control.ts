/** The two people of the tour. */
export const TOUR_PEOPLE = ['alice', 'bob'] as const

export type TourPerson = (typeof TOUR_PEOPLE)[number]

/** The network between one of them and the gateway; a port. */
export interface TourNetwork {
  /** `http://127.0.0.1:<port>`: leads to the gateway. */
  readonly url: string
  /** False after a {@link cut}. */
  readonly connected: boolean
  /** Each way, of all connections together; undefined: as fast as it goes. */
  readonly bytesPerSecond: number | undefined
  /** Bytes that the network has carried since it was opened: TCP's payload, up from the person to the gateway. */
  readonly carried: { readonly up: number; readonly down: number }
  /** Holds from now on, for the connections that there are too. */
  throttle(bytesPerSecond: number | undefined): void
  /** Breaks every connection, and every new one, until {@link restore}. Idempotent. */
  cut(): void
  restore(): void
}

/** What the page's tour can do to this gateway; a port. */
export interface TourControl {
  /** How the gateway names itself in what it hands out, and the domain of its accounts. */
  readonly gateway: { readonly url: string; readonly domain: string }
  readonly networks: Readonly<Record<TourPerson, TourNetwork>>
  /** How often the gateway has started in this process: one more after a restart. */
  readonly starts: number
  /** Begins an orderly end, after which the gateway starts again on the same port. Returns at once; idempotent. */
  restart(): void
}

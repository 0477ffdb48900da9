export const PEOPLE = ['alice', 'bob'] as const

export type PersonName = (typeof PEOPLE)[number]

export interface NetworkState {
  readonly url: string
  readonly connected: boolean
  readonly bytesPerSecond: number | null
  /** Bytes since the network was opened. */
  readonly carried: { readonly up: number; readonly down: number }
}

export interface TourState {
  /** How often the gateway has started in its process. */
  readonly starts: number
  readonly gateway: { readonly url: string; readonly domain: string }
  readonly networks: Readonly<Record<PersonName, NetworkState>>
}

/** What the gateway does for the tour; false where it does not. */
export async function askTour(): Promise<TourState | false> {
  const state = await json(await fetch('./tour', { cache: 'no-store' }))
  return state.available ? state : false
}

export async function changeNetworks(change: {
  bytesPerSecond?: number | null
  connected?: boolean
}): Promise<TourState> {
  const answers = await Promise.all(PEOPLE.map((name) => post(`./tour/networks/${name}`, change)))
  const last = answers.at(-1)
  if (!last) throw new Error('nobody is there')
  return last
}

export function restartGateway(): Promise<TourState> {
  return post('./tour/restart', {})
}

async function post(address: string, body: object): Promise<TourState> {
  const headers = { 'content-type': 'application/json' }
  return json(await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) }))
}

async function json(response: Response): Promise<TourState & { available: boolean }> {
  if (!response.ok) throw new Error(`the gateway answered ${response.status}`)
  return (await response.json()) as TourState & { available: boolean }
}

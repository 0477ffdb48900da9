import { createSDK, type Facade, type InitializeOptions } from '@sluice/client'
import type { Credentials } from './kept.ts'
import type { PersonName, TourState } from './tour-server.ts'

export interface LoggedIn {
  readonly sdk: Facade
  readonly credentials: Credentials
  readonly jid: string
}

interface Needs {
  readonly name: PersonName
  readonly tour: TourState
  /** Of an earlier visit. */
  readonly known: Credentials | undefined
  readonly callbackListeners: NonNullable<InitializeOptions['callbackListeners']>
  /** Told each time that the SDK makes a request for bytes. */
  readonly onRequest: () => void
}

const NAMES_TO_TRY = 5

/** Logs a person in over the person's own network, with an account made for the tour. Rejects with what a reader can use. */
export async function logIn({ name, tour, known, callbackListeners, onRequest }: Needs): Promise<LoggedIn> {
  const sdk = createSDK()
  const { gateway, networks } = tour
  const through = networks[name].url
  await sdk.initializeSDK({
    serverUrl: through,
    domain: gateway.domain,
    mediaAddress(url) {
      if (/\/(uploads|media)\//.test(url)) onRequest()
      return url.startsWith(gateway.url) ? through + url.slice(gateway.url.length) : url
    },
    callbackListeners,
  })
  const jidOf = ({ username }: Credentials) => `${username}@${gateway.domain}`
  if (known) {
    const { statusCode, message } = await sdk.connect(known.username, known.password)
    if (statusCode === 200) return { sdk, credentials: known, jid: jidOf(known) }
    // A gateway with new data knows nobody; whatever else it is, a new account would not help.
    if (statusCode !== 401) throw new Error(`${name} cannot log in: ${message}`)
  }
  const credentials = await register(sdk, name)
  const { statusCode, message } = await sdk.connect(credentials.username, credentials.password)
  if (statusCode !== 200) throw new Error(`${name} cannot log in: ${message}`)
  return { sdk, credentials, jid: jidOf(credentials) }
}

async function register(sdk: Facade, name: PersonName): Promise<Credentials> {
  const password = randomText(24)
  let said = ''
  for (let attempt = 0; attempt < NAMES_TO_TRY; attempt++) {
    const username = attempt === 0 ? name : `${name}-${randomText(4)}`
    const { statusCode, message } = await sdk.register(username, password)
    if (statusCode === 200) return { username, password }
    said = message
    if (statusCode !== 409) break
  }
  throw new Error(`${name} gets no account: ${said}`)
}

function randomText(length: number): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
  return [...crypto.getRandomValues(new Uint8Array(length))].map((byte) => letters[byte % 32]).join('')
}

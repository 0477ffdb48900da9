import type { TourControl } from '../tour/tour-control.ts'
import type { Transfer } from '../transfer/create-transfer.ts'
import type { ExternalSlots } from '../transfer/external-slots.ts'
import type { Logger } from '../transfer/logger.ts'
import type { TransferLimits } from '../transfer/transfer-limits.ts'
import type { UploadTokens } from '../transfer/upload-tokens.ts'
import type { WebPage } from './page-routes.ts'

/** The public face of a class: what a caller can see of it, whatever it keeps in `#private` fields. */
type Face<T> = Pick<T, keyof T>

type UseCaseName =
  | 'createUpload'
  | 'receiveUpload'
  | 'cancelUpload'
  | 'resumeUpload'
  | 'discardUpload'
  | 'handOverHash'
  | 'deleteMedia'
  | 'inspectUpload'
  | 'claimMessage'
  | 'confirmSent'
  | 'downloadMedia'
  | 'receiveSlot'

/** The use cases that HTTP speaks for; a whole `Transfer` fits. */
export type HttpTransfer = { readonly [Name in UseCaseName]: Face<Transfer[Name]> } & {
  readonly tokens: Pick<UploadTokens, 'verify' | 'verifyPut'>
  readonly externalSlots?: Face<ExternalSlots> | undefined
}

/** What the HTTP side needs from outside. */
export interface HttpNeeds {
  readonly transfer: HttpTransfer
  readonly limits: Pick<TransferLimits, 'maxUploadBytes'>
  readonly logger: Logger
  /** `ws:` or `wss:` address of the XMPP endpoint, as clients reach it; published in host-meta. Without one, nothing is. */
  readonly websocketUrl: string | undefined
  /** Whose accounts these are, for clients that ask the host; absent where they are a chat server's. */
  readonly accounts?: { readonly domain: string; readonly registration: 'open' | 'closed' } | undefined
  /** The text that `/` answers to whoever asks for no HTML. */
  readonly page: string
  /** The page that `/` is to browsers, if there is one. */
  readonly web?: WebPage | undefined
  /** What the page's tour can do, where it may be played. */
  readonly tour?: TourControl | undefined
  /** Asks each thing that this gateway cannot work without whether it answers, by name. */
  readiness(signal: AbortSignal): Promise<Readonly<Record<string, boolean>>>
  /** How the link to the chat server stands, if there is to be one. */
  link?(): 'online' | 'down' | 'elsewhere' | undefined
  /** True once this process has begun an orderly end: it takes on nothing new. */
  draining(): boolean
}

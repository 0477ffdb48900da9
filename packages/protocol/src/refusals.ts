/** XMPP stanza error conditions (RFC 6120 §8.3.3) that refusals use. */
export type StanzaErrorCondition =
  | 'bad-request'
  | 'conflict'
  | 'feature-not-implemented'
  | 'forbidden'
  | 'gone'
  | 'internal-server-error'
  | 'item-not-found'
  | 'jid-malformed'
  | 'not-acceptable'
  | 'not-allowed'
  | 'not-authorized'
  | 'resource-constraint'
  | 'service-unavailable'

/** What the sender of a refused stanza may do (RFC 6120 §8.3.2). */
export type StanzaErrorType = 'auth' | 'cancel' | 'modify' | 'wait'

/** One refusal, spelled for every wire. */
export interface RefusalSpelling {
  readonly condition: StanzaErrorCondition
  readonly type: StanzaErrorType
  /** HTTP status; the SDK's `statusCode` is the same number. */
  readonly status: number
  /** True when trying again may succeed, if need be after asking where the upload stands. */
  readonly retryable: boolean
  /** A sentence for people; `{name}` is filled from the refusal's details. */
  readonly text: string
}

/**
 * Every expected "no" of the product: code ↔ stanza error ↔ HTTP status ↔ SDK statusCode.
 * docs/protocol.md holds the same table; a test compares them both ways.
 */
export const REFUSALS = {
  'bad-request': {
    condition: 'bad-request',
    type: 'modify',
    status: 400,
    retryable: false,
    text: 'The request is malformed: {reason}',
  },
  'bad-name': {
    condition: 'bad-request',
    type: 'modify',
    status: 400,
    retryable: false,
    text: 'The file name is not usable: {reason}',
  },
  'bad-size': {
    condition: 'bad-request',
    type: 'modify',
    status: 400,
    retryable: false,
    text: 'The size is not a whole number of bytes from 0 to 2^53 - 1',
  },
  'body-too-short': {
    condition: 'bad-request',
    type: 'modify',
    status: 400,
    retryable: false,
    text: 'The body ends before the {size} bytes that were announced',
  },
  'bad-jid': {
    condition: 'jid-malformed',
    type: 'modify',
    status: 400,
    retryable: false,
    text: 'The address is not a JID: {reason}',
  },
  'not-authorized': {
    condition: 'not-authorized',
    type: 'auth',
    status: 401,
    retryable: false,
    text: 'A valid token is needed',
  },
  forbidden: {
    condition: 'forbidden',
    type: 'auth',
    status: 403,
    retryable: false,
    text: 'This is not allowed for you',
  },
  'upload-cancelled': {
    condition: 'not-allowed',
    type: 'cancel',
    status: 403,
    retryable: false,
    text: 'The upload is cancelled; resume it first',
  },
  overtaken: {
    condition: 'not-allowed',
    type: 'cancel',
    status: 403,
    retryable: false,
    text: 'Another device or process goes on with this upload',
  },
  'upload-not-found': {
    condition: 'item-not-found',
    type: 'cancel',
    status: 404,
    retryable: false,
    text: 'There is no such upload',
  },
  'media-not-found': {
    condition: 'item-not-found',
    type: 'cancel',
    status: 404,
    retryable: false,
    text: 'There is no such media',
  },
  'purpose-unsupported': {
    condition: 'not-acceptable',
    type: 'modify',
    status: 406,
    retryable: false,
    text: 'Files for the purpose {purpose} cannot be kept as it demands',
  },
  'offset-mismatch': {
    condition: 'conflict',
    type: 'modify',
    status: 409,
    retryable: true,
    text: 'The upload continues at byte {committed}',
  },
  'upload-differs': {
    condition: 'conflict',
    type: 'cancel',
    status: 409,
    retryable: false,
    text: 'This message id was offered with another {field}',
  },
  'upload-complete': {
    condition: 'conflict',
    type: 'cancel',
    status: 409,
    retryable: false,
    text: 'The upload is already complete',
  },
  'upload-incomplete': {
    condition: 'conflict',
    type: 'wait',
    status: 409,
    retryable: true,
    text: 'The upload is not complete yet',
  },
  'claimed-elsewhere': {
    condition: 'conflict',
    type: 'wait',
    status: 409,
    retryable: true,
    text: 'Another device is sending this message',
  },
  'message-withheld': {
    condition: 'conflict',
    type: 'cancel',
    status: 409,
    retryable: false,
    text: 'The message is withheld; resume it first',
  },
  'message-sent': {
    condition: 'conflict',
    type: 'cancel',
    status: 409,
    retryable: false,
    text: 'The message is already sent',
  },
  'upload-expired': {
    condition: 'gone',
    type: 'cancel',
    status: 410,
    retryable: false,
    text: 'The upload has expired',
  },
  'upload-discarded': {
    condition: 'gone',
    type: 'cancel',
    status: 410,
    retryable: false,
    text: 'The upload was discarded',
  },
  'media-gone': {
    condition: 'gone',
    type: 'cancel',
    status: 410,
    retryable: false,
    text: 'The media is no longer available',
  },
  'tus-version': {
    condition: 'feature-not-implemented',
    type: 'cancel',
    status: 412,
    retryable: false,
    text: 'Tus-Resumable must be 1.0.0',
  },
  'file-too-large': {
    condition: 'not-acceptable',
    type: 'modify',
    status: 413,
    retryable: false,
    text: 'The file is larger than {limit} bytes',
  },
  'body-too-long': {
    condition: 'not-acceptable',
    type: 'modify',
    status: 413,
    retryable: false,
    text: 'The body goes past the end of the upload',
  },
  'content-type': {
    condition: 'not-acceptable',
    type: 'modify',
    status: 415,
    retryable: false,
    text: 'The content type must be {expected}',
  },
  'range-not-satisfiable': {
    condition: 'not-acceptable',
    type: 'modify',
    status: 416,
    retryable: false,
    text: 'The range lies outside of the {size} bytes',
  },
  'hash-mismatch': {
    condition: 'not-acceptable',
    type: 'cancel',
    status: 422,
    retryable: false,
    text: 'The bytes do not match the hash that was offered',
  },
  'upload-busy': {
    condition: 'resource-constraint',
    type: 'wait',
    status: 423,
    retryable: true,
    text: 'The upload is not available at the moment; try again',
  },
  'over-quota': {
    condition: 'resource-constraint',
    type: 'wait',
    status: 429,
    retryable: true,
    text: 'The quota for a day is used up; try again at {retryAt}',
  },
  'over-budget': {
    condition: 'resource-constraint',
    type: 'wait',
    status: 503,
    retryable: true,
    text: 'The gateway is busy; try again',
  },
  unavailable: {
    condition: 'service-unavailable',
    type: 'wait',
    status: 503,
    retryable: true,
    text: 'The gateway cannot reach its storage; try again',
  },
  'internal-error': {
    condition: 'internal-server-error',
    type: 'wait',
    status: 500,
    retryable: true,
    text: 'The gateway failed; try again',
  },
} as const satisfies Record<string, RefusalSpelling>

export type RefusalCode = keyof typeof REFUSALS

export type RefusalDetails = Readonly<Record<string, string | number>>

/** An expected "no": typed, coded, and spelled for every wire by {@link REFUSALS}. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly details: RefusalDetails

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(fill(REFUSALS[code].text, details))
    this.code = code
    this.details = details
  }

  get spelling(): RefusalSpelling {
    return REFUSALS[this.code]
  }
}

function fill(text: string, details: RefusalDetails): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? name))
}

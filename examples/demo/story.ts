/** What a process of an account is told to do: argv[2] of account.ts, as JSON. */
export interface AccountOrder {
  readonly serverUrl: string
  readonly name: string
  readonly password: string
  /** Where this account's client keeps its state and its downloads. */
  readonly folder: string
  readonly register: boolean
  readonly task:
    | { readonly kind: 'send'; readonly file: string; readonly to: string }
    | { readonly kind: 'resume-sending'; readonly msgId: string }
    | { readonly kind: 'receive'; readonly stopAt: number }
    | { readonly kind: 'resume-receiving'; readonly msgId: string }
}

/** What it tells; bytes are those sent, which begin at what the gateway has when a run goes on, or those received. */
export type AccountNews =
  | { readonly kind: 'ready' }
  | { readonly kind: 'began'; readonly msgId: string }
  | { readonly kind: 'progress'; readonly bytes: number; readonly total: number }
  | { readonly kind: 'stopped'; readonly response: string }
  | { readonly kind: 'finished'; readonly path?: string }
  | { readonly kind: 'failed'; readonly message: string }

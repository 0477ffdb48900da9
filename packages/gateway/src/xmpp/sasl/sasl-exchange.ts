/** Failure conditions of RFC 6120 §6.5. */
export type SaslCondition =
  | 'aborted'
  | 'account-disabled'
  | 'credentials-expired'
  | 'encryption-required'
  | 'incorrect-encoding'
  | 'invalid-authzid'
  | 'invalid-mechanism'
  | 'malformed-request'
  | 'not-authorized'
  | 'temporary-auth-failure'

export type SaslStep =
  | { readonly type: 'challenge'; readonly data: string }
  /** With `endsAt`, its credentials are good until then. */
  | { readonly type: 'success'; readonly jid: string; readonly data?: string; readonly endsAt?: Date }
  | { readonly type: 'failure'; readonly condition: SaslCondition }

/** The server's side of one login by one mechanism. */
export interface SaslExchange {
  /** Takes the client's next message; not called again after a success or a failure. */
  step(message: string): Promise<SaslStep>
}

export function failure(condition: SaslCondition): SaslStep {
  return { type: 'failure', condition }
}

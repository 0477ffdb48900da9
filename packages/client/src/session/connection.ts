import type { XmlElement } from '@sluice/protocol'

/** One authenticated, bound XMPP stream. It never comes back once closed. */
export interface Connection {
  /** The full JID that the server bound. */
  readonly jid: string
  /** Rejects when the stream is closed; resolves once the stanza is with the socket. */
  send(stanza: XmlElement): Promise<void>
  /** Called for every stanza. */
  onStanza(listener: (stanza: XmlElement) => void): void
  /**
   * Called once, when the stream has ended for whatever reason; `conflict` (RFC 6120 §4.9.3.3): another stream took
   * its place, and would lose it again to a new one; `reset` (§4.9.3.16): what it was opened with has expired.
   */
  onClose(listener: (reason: CloseReason) => void): void
  /** Ends the stream in good order, or by force after a moment. Never rejects. */
  close(): Promise<void>
}

export type CloseReason = 'lost' | 'conflict' | 'reset'

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** What one stream is opened with. */
export interface Login extends Credentials {
  /** The password is a token (JWT). */
  readonly byToken?: boolean
}

/** How streams are opened; a port, so that tests need no server. */
export interface Connector {
  /** Rejects with ConnectError, or with the signal's reason when it aborts. */
  connect(request: { credentials: Login; resource: string; signal: AbortSignal }): Promise<Connection>
  /** Makes an account (XEP-0077). Rejects with ConnectError. */
  register(request: { credentials: Credentials; signal: AbortSignal }): Promise<void>
}

export type ConnectFailure =
  | 'not-authorized' // wrong user, password or token
  | 'unreachable' // no answer, or a broken one
  | 'conflict' // the name to register is taken
  | 'not-allowed' // no registration here
  | 'insecure' // what would be safe to log in with needs a page with TLS
  | 'not-acceptable' // the server does not take this name or password

/** Why there is no stream. Only `unreachable` may go away by itself. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError'
  readonly reason: ConnectFailure

  constructor(reason: ConnectFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

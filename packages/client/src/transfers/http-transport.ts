/** Bytes to send: read as a stream, or given whole to a platform that streams by itself. */
export interface HttpBody {
  /** Bytes. */
  readonly size: number
  /** Each call reads from the start. */
  read(): AsyncIterable<Uint8Array>
  /** The same bytes, for a transport that cannot stream a request (XHR); absent where the file is no Blob. */
  readonly blob?: Blob | undefined
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: HttpBody | undefined
  readonly signal: AbortSignal
  /** Told how many bytes of the body have gone out so far. */
  readonly onSent?: ((bytes: number) => void) | undefined
}

export interface HttpResponse {
  readonly status: number
  /** The value of a header; the name in lower case. */
  header(name: string): string | undefined
  /** Ends with an error (Unreachable) when the connection breaks before the end. To be read or left, once; a chunk is the reader's until it asks for the next one. */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * HTTP as transfers need it; a port. `send` resolves with the answer's head, even when it comes before the body has
 * gone out (which then stops). It rejects with the signal's reason once that aborts, closing the connection at
 * once, with the error of a body that cannot be read, and with Unreachable for whatever else went wrong. 60 s in which
 * no byte moves either way is an error. A redirect is an answer like any other, but in pages, which follow it unseen,
 * never out of TLS.
 */
export interface HttpTransport {
  send(request: HttpRequest): Promise<HttpResponse>
  /** Ends what is idle. */
  close(): void
}

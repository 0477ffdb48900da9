// What the tests use of @xmpp/client 0.14, which brings no types.
declare module '@xmpp/client' {
  import type { XmlElement } from '@sluice/protocol'

  type Authenticate = (
    credentials: { username: string; password: string },
    mechanism: string,
  ) => Promise<void>

  interface Entity {
    reconnect: { stop(): void }
    /** Mechanisms by the name that `authenticate` takes; their own `name` is what is sent. */
    saslFactory: { use(name: string, mechanism: new () => object): void }
    on(event: 'error', listener: (error: Error) => void): void
    on(event: 'stanza' | 'nonza', listener: (element: XmlElement) => void): void
    start(): Promise<unknown>
    stop(): Promise<unknown>
    send(element: XmlElement): Promise<void>
  }

  export function client(options: {
    service: string
    domain: string
    credentials: (authenticate: Authenticate, mechanisms: string[]) => Promise<void>
  }): Entity
}

// @xmpp/component has no types; these are of the part that we use.
declare module '@xmpp/component' {
  import type { EventEmitter } from 'node:events'
  import type { Socket } from 'node:net'
  import type { XmlElement } from '@sluice/protocol'

  export interface Component extends EventEmitter {
    /** Milliseconds that it waits for each answer of the server. */
    timeout: number
    /** What it makes its connection and its parser of. */
    Socket: new () => Socket
    Parser: new () => EventEmitter
    reconnect: { stop(): void }
    socketParameters(service: string): { host: string; port: number }
    /** Resolves once the socket is connected. */
    connect(service: string): Promise<void>
    /** Resolves once the server has opened its stream; the handshake follows by itself, and then the event `online`. */
    open(options: { domain: string }): Promise<XmlElement>
    write(text: string): Promise<void>
  }

  export function component(options: { service: string; domain: string; password: string }): Component
}

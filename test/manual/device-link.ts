import { TcpProxy } from '../stack/tcp-proxy.ts'
import type { Link } from './stage.ts'
import { StanzaRelay } from './stanza-relay.ts'

/** A device's stanzas go this way of its own, past the proxy first; its HTTP through the one that all share. */
export interface StanzaWay {
  readonly url: string
  readonly proxy: TcpProxy
  readonly relay: StanzaRelay
}

export async function openWay(gatewayUrl: string): Promise<StanzaWay> {
  const relay = await StanzaRelay.open(gatewayUrl)
  const proxy = await TcpProxy.open(relay.url)
  return { url: proxy.url, proxy, relay }
}

export async function closeWay({ proxy, relay }: StanzaWay): Promise<void> {
  await proxy.close()
  await relay.close()
}

/** Counts from now on, and the HTTP of all. */
export function openLink({ proxy: stanzas, relay }: StanzaWay, http: TcpProxy): Link {
  const { up, down } = http.passed
  return {
    get sent() {
      return stanzas.passed.up + http.passed.up - up
    },
    get received() {
      return stanzas.passed.down + http.passed.down - down
    },
    shape(direction, bytesPerSecond) {
      for (const proxy of [stanzas, http]) proxy.shape(direction, bytesPerSecond)
    },
    hold: (direction, text) => relay.hold(direction, text),
    lose: (direction, ...texts) => relay.lose(direction, texts),
    release: (direction) => relay.release(direction),
    endHttp: () => http.cut(),
    cut() {
      for (const proxy of [stanzas, http]) {
        proxy.refuse()
        proxy.cut()
      }
      relay.cut()
    },
    restore() {
      for (const proxy of [stanzas, http]) proxy.resume()
    },
  }
}

import type { XmlElement } from '@sluice/protocol'
import type { Clock } from '../../transfer/clock.ts'
import { KeyedTurns } from '../../transfer/keyed-turns.ts'
import type { Logger } from '../../transfer/logger.ts'
import { MediaStanzas } from '../media-stanzas.ts'
import type { ComponentStanzas } from './component-stanzas.ts'
import type { ComponentStream, StreamIntake } from './component-stream.ts'
import { stampedJid } from './stamped-jid.ts'

type Outlet = Pick<ComponentStream, 'send' | 'pause' | 'resume'>

/** Stanzas of all that are at work at once. */
const MAX_AT_WORK = 512
/** Stanzas of one account, at work or waiting: a flood of one leaves the others room. */
const MAX_OF_ONE = 64
/** Stanzas that wait for their turn before the server is no longer read. */
const MAX_WAITING = 256

/** Answers the stanzas of a stream: side by side, but in order for what concerns the same upload of one device. */
export class ComponentWork {
  readonly #stanzas: ComponentStanzas
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #logger: Logger
  readonly #atWork = new Set<Promise<void>>()

  constructor(needs: { stanzas: ComponentStanzas; clock: Pick<Clock, 'sleep'>; logger: Logger }) {
    this.#stanzas = needs.stanzas
    this.#clock = needs.clock
    this.#logger = needs.logger
  }

  /** For one stream. What is answered when that is over is lost; whoever asked asks again. */
  begin(outlet: Outlet): StreamIntake {
    const turns = new KeyedTurns({ maxWaiting: MAX_AT_WORK })
    let last: Promise<void> = Promise.resolve()
    let waiting = 0
    const ofOne = new Map<string, number>()

    const take = (key: string, work: () => Promise<XmlElement | undefined>) => {
      waiting += 1
      if (waiting === MAX_WAITING) outlet.pause()
      const taken = last.then(() =>
        turns.add(key, () => {
          const done = this.#answer(work, outlet)
          this.#atWork.add(done)
          return done.finally(() => this.#atWork.delete(done))
        }),
      )
      last = taken.then(() => {
        waiting -= 1
        if (waiting === 0) outlet.resume()
      })
    }

    const count = (bare: string, by: 1 | -1) => {
      const counted = (ofOne.get(bare) ?? 0) + by
      if (counted > 0) ofOne.set(bare, counted)
      else ofOne.delete(bare)
      return counted
    }

    return {
      onStanza: (stanza) => {
        const { bare, full } = stampedJid(stanza.attrs.from ?? '')
        const isTooMuch = count(bare, 1) > MAX_OF_ONE
        take(isTooMuch ? '' : `${full} ${MediaStanzas.orderKey(stanza)}`, async () => {
          try {
            return isTooMuch ? this.#stanzas.busy(stanza) : await this.#stanzas.answer(stanza)
          } finally {
            count(bare, -1)
          }
        })
      },
      onUnreadable: (stanza, error) =>
        take(`${stanza.attrs.from}`, async () => this.#stanzas.refuse(stanza, error)),
    }
  }

  /** Resolves when what is at work is answered, or after `withinMs`. */
  async settled(withinMs: number): Promise<void> {
    const settled = new AbortController()
    const all = Promise.all(this.#atWork).then(() => settled.abort())
    await Promise.race([all, this.#clock.sleep(withinMs, settled.signal)])
  }

  async #answer(work: () => Promise<XmlElement | undefined>, outlet: Outlet): Promise<void> {
    try {
      const answer = await work()
      if (answer) outlet.send(answer)
    } catch (err) {
      this.#logger.error({ err }, 'a stanza to the component failed')
    }
  }
}

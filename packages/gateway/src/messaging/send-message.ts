import { element, NS, prepareJid, type XmlElement } from '@sluice/protocol'
import type { Clock } from '../transfer/clock.ts'
import { KeyedTurns } from '../transfer/keyed-turns.ts'
import type { Logger } from '../transfer/logger.ts'
import type { NodeSignals } from '../transfer/node-signals.ts'
import type { ArchiveStore } from './archive-store.ts'
import { isArchived, isCopied } from './archived.ts'
import { bareOf } from './bare-of.ts'
import type { CopyToDevices } from './copy-to-devices.ts'
import { dropForgedDelay, dropForgedStanzaIds } from './forged-marks.ts'
import type { RouteMessage } from './route-message.ts'
import type { Session, Sessions } from './sessions.ts'
import { withStanzaId } from './stanza-id.ts'

interface Needs {
  /** This node. */
  node: string
  domain: string
  sessions: Sessions
  archive: ArchiveStore
  routeMessage: RouteMessage
  copyToDevices: CopyToDevices
  signals: Pick<NodeSignals, 'announceNews'>
  clock: Pick<Clock, 'now'>
  logger: Pick<Logger, 'error'>
}

/** Ids that the archives gave a message, by account. */
type ArchiveIds = ReadonlyMap<string, string>
const NO_IDS: ArchiveIds = new Map()

interface Ends {
  /** Full JID. */
  readonly from: string
  readonly to: { readonly full: string; readonly bare: string }
}

/**
 * Takes a message from a device: keeps it in the archives of both ends, routes it, and copies it to the other devices of
 * both. What is kept goes to an account in the order in which its archive has it, as far as it comes by this node.
 */
export class SendMessage {
  readonly #needs: Needs
  readonly #turns = new KeyedTurns()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** `from` is the server's word. Throws as {@link RouteMessage} does; nothing is kept then. */
  async run(message: XmlElement): Promise<void> {
    const { domain } = this.#needs
    const from = message.attrs.from ?? ''
    const to = prepareJid(message.attrs.to ?? bareOf(from))
    message.attrs.to = to.full
    dropForgedDelay(message, domain)
    dropForgedStanzaIds(message, domain)
    const ends = { from, to }
    if (to.domain !== domain || !isArchived(message)) await this.#route(message, ends, NO_IDS)
    else await this.#inTurns(ends, () => this.#keepAndRoute(message, ends))
  }

  /** Both ends' turns, always in one order, so that two messages never wait for each other. */
  #inTurns({ from, to }: Ends, work: () => Promise<void>): Promise<void> {
    const [first = '', second = ''] = [bareOf(from), to.bare].toSorted()
    if (first === second) return this.#turns.run(first, work)
    return this.#turns.run(first, () => this.#turns.run(second, work))
  }

  async #keepAndRoute(message: XmlElement, ends: Ends): Promise<void> {
    const ids = await this.#keep(message, ends)
    try {
      await this.#route(message, ends, ids)
    } catch (error) {
      // Who sent it hears that it failed.
      await this.#needs.archive.forget(ids)
      throw error
    }
  }

  /** Better a gap in an archive than a message that does not arrive. */
  async #keep(message: XmlElement, { from, to }: Ends): Promise<ArchiveIds> {
    const { archive, clock, logger } = this.#needs
    const sender = bareOf(from)
    const copies = [{ account: sender, peer: to.full }]
    if (sender !== to.bare) copies.push({ account: to.bare, peer: from })
    try {
      return (await archive.put({ frame: message.toString(), at: clock.now(), copies })) ?? NO_IDS
    } catch (error) {
      logger.error({ err: error }, 'a message was not archived')
      return NO_IDS
    }
  }

  async #route(message: XmlElement, { from, to }: Ends, ids: ArchiveIds): Promise<void> {
    const { routeMessage, sessions } = this.#needs
    const frame = message.toString()
    const id = ids.get(to.bare)
    if (id !== undefined) message.append(element('stanza-id', { xmlns: NS.stanzaId, by: to.bare, id }))
    const reached = await routeMessage.run(message)
    if (!isCopied(message)) return
    const sender = bareOf(from)
    const sending = sessions.find(from)
    if (sender !== to.bare) await this.#copy({ account: sender, way: 'sent', frame, ids, except: [sending] })
    // Those who find it in the mailbox need none.
    if (reached.length > 0)
      await this.#copy({ account: to.bare, way: 'received', frame, ids, except: [sending, ...reached] })
  }

  async #copy({
    account,
    except,
    frame,
    ids,
    way,
  }: {
    account: string
    way: 'sent' | 'received'
    frame: string
    ids: ArchiveIds
    except: readonly (Session | undefined)[]
  }): Promise<void> {
    const { copyToDevices, node, signals } = this.#needs
    const id = ids.get(account)
    copyToDevices.run({ account, way, frame: withStanzaId(frame, { by: account, id }), except })
    if (id !== undefined) await signals.announceNews({ kind: 'copy', origin: node, account, id, way })
  }
}

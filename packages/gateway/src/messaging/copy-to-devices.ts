import { element, NS } from '@sluice/protocol'
import { KeyedTurns } from '../transfer/keyed-turns.ts'
import type { ChatNews } from '../transfer/node-signals.ts'
import type { ArchiveStore } from './archive-store.ts'
import { forwarded } from './forwarded.ts'
import type { Session, Sessions } from './sessions.ts'
import { withStanzaId } from './stanza-id.ts'

type CopyNews = Extract<ChatNews, { kind: 'copy' }>

interface Needs {
  /** This node. */
  node: string
  archive: Pick<ArchiveStore, 'find'>
  sessions: Sessions
}

/** Gives the devices of an account that wish so copies of what its other devices send and get (XEP-0280). */
export class CopyToDevices {
  readonly #needs: Needs
  readonly #turns = new KeyedTurns()

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** `frame` is a whole message as XML; `except` have it. */
  run(copy: {
    account: string
    way: CopyNews['way']
    frame: string
    except: readonly (Session | undefined)[]
  }): void {
    const { account, except, frame, way } = copy
    for (const session of this.#needs.sessions.wishing(account, 'copies')) {
      if (except.includes(session)) continue
      session.deliver(
        forwarded(frame, (holder) =>
          element(
            'message',
            { xmlns: NS.client, type: 'chat', from: account, to: session.full },
            element(way, { xmlns: NS.carbons }, holder),
          ),
        ),
      )
    }
  }

  /** What passed through another node, which the archive has; in the order in which it is told. */
  async fromElsewhere({ account, id, origin, way }: CopyNews): Promise<void> {
    const { archive, node, sessions } = this.#needs
    if (origin === node || sessions.wishing(account, 'copies').length === 0) return
    await this.#turns.run(account, async () => {
      const kept = await archive.find(account, id)
      if (kept) this.run({ account, way, frame: withStanzaId(kept.frame, { by: account, id }), except: [] })
    })
  }
}

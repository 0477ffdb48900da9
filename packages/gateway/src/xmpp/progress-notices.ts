import { progressMessage, Refusal } from '@sluice/protocol'
import type { Clock } from '../transfer/clock.ts'
import type { InspectUpload } from '../transfer/inspect-upload.ts'
import type { Logger } from '../transfer/logger.ts'
import type { NodeSignals, UploadChange } from '../transfer/node-signals.ts'
import type { UploadLedger } from '../transfer/upload-ledger.ts'

interface Needs {
  signals: Pick<NodeSignals, 'onChange'>
  ledger: Pick<UploadLedger, 'find'>
  inspectUpload: Pick<InspectUpload, 'status'>
  clock: Pick<Clock, 'sleep'>
  logger: Logger
  /** JID of the media service. */
  from: string
  /** Of the stream that it goes out by. */
  xmlns: string
  /** The device with this full JID, if it can be reached from here. */
  receiver: (full: string) => { deliver(frame: string): boolean } | undefined
}

interface Followed {
  due: boolean
  urgent: boolean
  pause: AbortController
}

const PROGRESS_EVERY_MS = 1000

/**
 * Tells devices how their uploads go: at most once a second, and each change of state at once. What is told is read
 * when it is told, so a lost or late signal tells nothing wrong.
 */
export class ProgressNotices {
  readonly #needs: Needs
  readonly #followed = new Map<string, Followed>()
  readonly #stopListening: () => void
  #closed = false

  constructor(needs: Needs) {
    this.#needs = needs
    this.#stopListening = needs.signals.onChange((change) => this.#changed(change))
  }

  close(): void {
    this.#closed = true
    this.#stopListening()
    for (const { pause } of this.#followed.values()) pause.abort()
  }

  #changed({ kind, uploadId }: UploadChange): void {
    const followed = this.#followed.get(uploadId)
    if (!followed) {
      const begun = { due: true, urgent: false, pause: new AbortController() }
      this.#followed.set(uploadId, begun)
      void this.#follow(uploadId, begun)
      return
    }
    followed.due = true
    if (kind !== 'state') return
    followed.urgent = true
    followed.pause.abort()
  }

  async #follow(uploadId: string, followed: Followed): Promise<void> {
    while (followed.due && !this.#closed) {
      followed.due = false
      followed.urgent = false
      followed.pause = new AbortController()
      await this.#tell(uploadId).catch((error: unknown) => {
        if (!(error instanceof Refusal))
          this.#needs.logger.warn({ err: error, uploadId }, 'progress could not be told')
      })
      if (!followed.urgent) await this.#needs.clock.sleep(PROGRESS_EVERY_MS, followed.pause.signal)
    }
    this.#followed.delete(uploadId)
  }

  async #tell(uploadId: string): Promise<void> {
    const { from, inspectUpload, ledger, receiver, xmlns } = this.#needs
    const upload = await ledger.find(uploadId)
    const to = upload?.delivery?.progressJid
    if (!upload || to === undefined || !receiver(to)) return
    const status = await inspectUpload.status({ principal: { owner: upload.owner }, uploadId })
    const message = progressMessage({ to, from, status })
    message.attrs.xmlns = xmlns
    receiver(to)?.deliver(message.toString())
  }
}

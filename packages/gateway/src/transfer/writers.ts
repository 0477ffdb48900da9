import type { Clock } from './clock.ts'
import type { UploadWriter } from './upload-writer.ts'

const TICK_MS = 250

/** The writers at work in this process, one per upload. */
export class Writers {
  readonly #writers = new Map<string, UploadWriter>()
  readonly #beginnings = new Set<Promise<unknown>>()
  readonly #stopTicking: () => void
  #draining = false

  constructor(needs: { clock: Clock }) {
    this.#stopTicking = needs.clock.every(TICK_MS, () => {
      for (const writer of this.#writers.values()) writer.tick()
    })
  }

  /** True once {@link drain} was called: no new writer may begin. */
  get isDraining(): boolean {
    return this.#draining
  }

  /**
   * The newest, by its epoch, wins: an earlier writer of the same upload is over at once (I3), also when it comes later,
   * as the answer to its take was late. One that comes during a drain ends before it reads.
   */
  add(writer: UploadWriter): void {
    const { uploadId, epoch } = writer
    const other = this.#writers.get(uploadId)
    if (other && other.epoch > epoch) {
      writer.overtake()
      return
    }
    other?.overtake()
    this.#writers.set(uploadId, writer)
    if (this.#draining) void writer.close()
    void writer.done.then(() => {
      if (this.#writers.get(uploadId) === writer) this.#writers.delete(uploadId)
    })
  }

  /** Tells of work that may {@link add} a writer: a drain waits for it. */
  async beginning<T>(work: Promise<T>): Promise<T> {
    this.#beginnings.add(work)
    return await work.finally(() => this.#beginnings.delete(work))
  }

  /** The ledger's epoch is above the writer's: it can commit nothing any more. */
  fenced(uploadId: string, epoch: number): void {
    const writer = this.#writers.get(uploadId)
    if (writer && writer.epoch < epoch) writer.overtake()
  }

  has(uploadId: string): boolean {
    return this.#writers.has(uploadId)
  }

  /** The offset up to which bytes were read from the socket, while a writer of this process is at work. */
  received(uploadId: string): number | undefined {
    return this.#writers.get(uploadId)?.received
  }

  /** Flushes and stops this process's writer of the upload, if there is one; resolves when it has stopped. */
  async stop(uploadId: string): Promise<void> {
    await this.#writers.get(uploadId)?.stop()
  }

  /** Ends every writer and lets no new one begin, for an orderly end of the process; resolves when none is left. */
  async drain(): Promise<void> {
    this.#draining = true
    while (this.#writers.size + this.#beginnings.size > 0) {
      const writers = [...this.#writers.values()].map((writer) => writer.close())
      await Promise.allSettled([...writers, ...this.#beginnings])
    }
  }

  close(): void {
    this.#stopTicking()
  }
}

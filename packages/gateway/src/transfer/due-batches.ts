const BATCH = 100

/**
 * Works off a list, oldest first, batch by batch. What fails stays on the list and is passed over until the end of
 * the list was reached, so that it keeps nothing else waiting.
 */
export class DueBatches<Due extends { readonly id: string }> {
  readonly #list: (limit: number, but: readonly string[]) => Promise<readonly Due[]>
  #failed: readonly string[] = []

  /** `list` answers the first ones, without those of the ids `but`. */
  constructor(list: (limit: number, but: readonly string[]) => Promise<readonly Due[]>) {
    this.#list = list
  }

  /** One batch. `settle` answers false for what stays on the list. */
  async run(settle: (due: Due) => Promise<boolean>): Promise<{ settled: number; failed: number }> {
    const batch = await this.#list(BATCH, this.#failed)
    const failed: string[] = []
    for (const due of batch) if (!(await settle(due))) failed.push(due.id)
    this.#failed = batch.length < BATCH ? [] : [...this.#failed, ...failed]
    return { settled: batch.length - failed.length, failed: failed.length }
  }
}

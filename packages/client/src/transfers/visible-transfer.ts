import type { Progress, TransferState } from './transfer.ts'
import type { TransferCell } from './transfer-cell.ts'

/** What uploads and downloads show alike of the cell that they move. */
export abstract class VisibleTransfer<T> {
  protected readonly cell: TransferCell<T>

  constructor(cell: TransferCell<T>) {
    this.cell = cell
  }

  get state(): TransferState {
    return this.cell.state
  }

  get progress(): Progress {
    return this.cell.progress
  }

  get done(): Promise<T> {
    return this.cell.done
  }

  on(event: 'state' | 'progress', listener: () => void): () => void {
    return this.cell.on(event, listener)
  }

  [Symbol.asyncIterator](): AsyncGenerator<Progress> {
    return this.cell.steps()
  }
}

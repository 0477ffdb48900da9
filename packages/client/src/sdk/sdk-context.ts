import type { ClientCore } from '../client-core.ts'

/** What the calls of one SDK share. */
export interface SdkContext {
  /** The client, once there is one. */
  initialized(): ClientCore | undefined
  /** Throws TransferError before `initializeSDK`. */
  core(): ClientCore
  /** The runs that have not ended, by message id; a cancel lets the latest begin first. */
  readonly uploadRuns: Map<string, Beginning>
  readonly downloadRuns: Map<string, Beginning>
}

export interface Beginning {
  readonly started: Promise<void>
  readonly chain: Promise<unknown>
}

/** Notes a run until it ends. */
export function noteRun(runs: Map<string, Beginning>, id: string, run: Beginning): void {
  runs.set(id, run)
  // A chain never rejects.
  void run.chain.then(() => {
    if (runs.get(id) === run) runs.delete(id)
  })
}

import { logTo } from '../log.ts'
import { Run } from './chain.ts'
import { errorRes } from './res.ts'
import type { SdkContext } from './sdk-context.ts'

/**
 * A run whose work starts in a later task, so that listeners chained to the call come first. What the work throws
 * is the run's error.
 */
export function newRun<T>(context: SdkContext, work: (run: Run<T>) => void | Promise<void>): Run<T> {
  const run = new Run<T>(context.initialized()?.log ?? logTo(undefined))
  setTimeout(async () => {
    try {
      await work(run)
    } catch (error) {
      run.fail(errorRes(error))
    }
  }, 0)
  return run
}

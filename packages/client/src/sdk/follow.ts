import type { Account } from '../account.ts'
import type { Transfer } from '../transfers/transfer.ts'
import type { Run } from './chain.ts'
import { errorRes, type Res } from './res.ts'

/** Tells a run what becomes of its transfer, until that ends or is stopped. */
export function follow<T>(
  run: Run<T>,
  transfer: Transfer<T>,
  how: { account: Account; completed: string; cancelled: string },
): void {
  const { account, completed, cancelled } = how
  let over = false
  const removers: (() => void)[] = []
  const end = (tell: () => void) => {
    over = true
    for (const remove of removers) remove()
    tell()
  }
  const fail = (error: unknown) => run.fail(errorRes(error))
  const check = () => {
    if (over) return
    const { state } = transfer
    if (state === 'done')
      end(() => {
        const success = (data: T): Res<T> => ({ statusCode: 200, message: completed, data })
        transfer.done.then((data) => run.succeed(success(data)), fail)
      })
    else if (state === 'failed' || state === 'discarded') end(() => transfer.done.then(() => {}, fail))
    else if (state === 'paused')
      // The end of the session pauses as well, but nobody asked to cancel.
      end(() => {
        if (account.endedBy) fail(account.endedBy)
        else run.cancel({ statusCode: 499, message: cancelled })
      })
  }
  removers.push(
    transfer.on('state', check),
    transfer.on('progress', () => run.progress(transfer.progress)),
  )
  check()
}

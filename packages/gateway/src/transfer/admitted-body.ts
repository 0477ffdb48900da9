import type { Readable } from 'node:stream'
import type { BudgetAccount } from './budget-account.ts'
import type { MemoryBudget } from './memory-budget.ts'

/**
 * Waits until the memory budget has room for one more body. Undefined when the client has left: a body that is gone
 * must not overtake anybody. Throws over-budget after 10 s.
 */
export async function admittedBody(budget: MemoryBudget, body: Readable): Promise<BudgetAccount | undefined> {
  const gone = new AbortController()
  const onClose = () => {
    if (body.readableAborted) gone.abort()
  }
  body.on('close', onClose)
  try {
    const account = await budget.open(gone.signal)
    if (!body.readableAborted) return account
    account.close()
  } catch (error) {
    if (!body.readableAborted) throw error
  } finally {
    body.off('close', onClose)
  }
  return undefined
}

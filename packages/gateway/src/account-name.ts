import { prepareJid, Refusal } from '@sluice/protocol'
import { OperatorError } from './operations/operator-error.ts'

/**
 * Whether `name` can be an account's: a name, or a bare JID. At which domain it has to be, the gateway knows.
 * @throws {OperatorError} when it cannot.
 */
export function checkAccountName(name: string): void {
  try {
    const { local, resource } = prepareJid(name.includes('@') ? name : `${name}@localhost`)
    if (local !== undefined && resource === undefined) return
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new OperatorError(error.message, { cause: error })
  }
  throw new OperatorError(`${name} is neither a name nor a bare JID`)
}

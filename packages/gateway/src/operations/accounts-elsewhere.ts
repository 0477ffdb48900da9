import { OperatorError } from './operator-error.ts'

/** Where a chat server has the accounts, there are none to manage here. */
export function accountsElsewhere(): OperatorError {
  return new OperatorError("the accounts are the chat server's: manage them there")
}

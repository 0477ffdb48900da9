/** A failure that an operator can understand and mend: shown as one line, without a stack. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
}

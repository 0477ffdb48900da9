/** A non-negative integer as HTTP headers spell it, up to 2^53 - 1: digits only, no sign, no leading zero. */
export function wholeNumber(text: string): number | undefined {
  const number = Number(text)
  return /^(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(number) ? number : undefined
}

/** One character per byte: what btoa takes. */
export function byteString(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

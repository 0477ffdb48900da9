/** One character per byte: what btoa takes, and the base64 of @xmpp/client. */
export function byteString(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}

// Both are in every browser and in Node; the compiler's ES library does not know them.
declare function btoa(binary: string): string
declare function atob(base64: string): string

/** Lowercase hex → base64, which XEP-0300 wants. */
export function hexToBase64(hex: string): string {
  return btoa(hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))))
}

/** base64 → lowercase hex; undefined when it is not base64. */
export function base64ToHex(base64: string): string | undefined {
  try {
    return atob(base64).replace(/[\s\S]/g, (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0'))
  } catch {
    return undefined
  }
}

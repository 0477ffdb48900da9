/**
 * Lets go of bytes that nobody uses any more, where the platform can. Left to the garbage collector, a page that passes on a
 * large file holds more than 150 MiB of it (measured in Chromium).
 */
export function releaseBytes({ buffer }: Uint8Array): void {
  const owned = buffer as ArrayBufferLike & { transfer?(size: number): unknown }
  owned.transfer?.(0)
}

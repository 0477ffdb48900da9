import { FileMissing } from './file-source.ts'

// Measured in Chromium: a stream that is read as fast as it comes lets nothing else of the page run, a hash of 512 MiB
// for seconds. Hashing so much takes a few milliseconds.
const BYTES_AT_A_TIME = 512 * 1024

/**
 * The bytes of a Blob or File, as one stream: of a Blob that is in memory, Chromium holds each slice that is read until
 * it collects garbage, and from about 1 GiB on refuses to read any Blob. Rejects with FileMissing when they cannot be read.
 */
export async function* readBlob(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = blob.stream().getReader()
  try {
    for (let inOneGo = 0; ; ) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new FileMissing('The file cannot be read', { cause })
      })
      if (done) return
      inOneGo += value.length
      yield value
      if (inOneGo < BYTES_AT_A_TIME) continue
      inOneGo = 0
      await nextTask()
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** Not by a timer: in a tab that is not seen, those come once a second. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

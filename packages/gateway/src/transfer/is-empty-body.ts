import type { Readable } from 'node:stream'

/** Whether the body ends without a byte; false as soon as one comes, and when it breaks off. Takes no more than that. */
export function isEmptyBody(body: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    if (body.readableEnded || body.destroyed) return resolve(body.readableEnded)
    body.once('data', () => {
      body.pause()
      resolve(false)
    })
    body.once('end', () => resolve(true))
    body.once('close', () => resolve(false))
  })
}

import type { Socket } from 'node:net'

/** Resolves once a socket takes more bytes, or none ever again. */
export function drained(to: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      to.off('drain', done).off('close', done)
      resolve()
    }
    to.on('drain', done).on('close', done)
  })
}

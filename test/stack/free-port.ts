import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'

/** Browsers refuse some below (https://fetch.spec.whatwg.org/#port-blocking). */
const FIRST_PORT = 11_000
const RANGE_FILE = '/proc/sys/net/ipv4/ip_local_port_range'
/** Linux begins here if it is not told otherwise, other systems later. */
const USUAL_START = 32_768

const count = (await ephemeralStart()) - FIRST_PORT
// Test processes side by side begin far from each other.
let next = Math.floor(Math.random() * count)

/**
 * A TCP port of 127.0.0.1 that nobody listened on a moment ago, another one at each call. The system gives it to no
 * outgoing connection, so it is still free when a server comes up.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < count; tries++) {
    const port = FIRST_PORT + (next++ % count)
    if (await isFree(port)) return port
  }
  throw new Error(`no port from ${FIRST_PORT} on is free`)
}

/** The first port that outgoing connections may get. */
async function ephemeralStart(): Promise<number> {
  const text = await readFile(RANGE_FILE, 'utf8').catch(() => `${USUAL_START}`)
  const start = Number.parseInt(text, 10)
  // Where they may get nearly all, no port is safe.
  return start > FIRST_PORT + 1_000 ? start : USUAL_START
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}

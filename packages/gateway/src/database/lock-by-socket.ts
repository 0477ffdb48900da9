import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import type { LockAttempt } from './embedded-lock.ts'

const ANSWER_WITHIN_MS = 1_000

/**
 * A socket name that the system gives to one process, and takes back when that ends, however it ends: on Linux an
 * abstract socket, on Windows a named pipe. Named by the folder's device and inode, so that no spelling of its path
 * gets around it. Who is refused asks the holder for its process id there.
 */
export async function lockBySocket(directory: string): Promise<LockAttempt> {
  const { dev, ino } = await stat(directory, { bigint: true })
  const path = `${process.platform === 'win32' ? '\\\\.\\pipe\\' : '\0'}sluice-data-${dev}-${ino}`
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(String(process.pid))
  })
  try {
    server.listen({ path })
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return { holder: await askHolder(path) }
  }
  server.unref()
  return { lock: { release: () => close(server) } }
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  await once(server, 'close')
}

/** Undefined when it does not say: it may be busy, stopped, or just ended. */
async function askHolder(path: string): Promise<number | undefined> {
  const socket = connect({ path, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
  let answer = ''
  try {
    for await (const bytes of socket.setEncoding('utf8')) answer += bytes
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
  return /^\d+$/.test(answer) ? Number(answer) : undefined
}

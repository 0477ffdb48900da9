import { once } from 'node:events'
import { unlink } from 'node:fs/promises'
import net from 'node:net'
import { createInterface } from 'node:readline'
import type { Logger } from '../transfer/logger.ts'
import { adminCommand } from './admin-command.ts'
import type { Administration } from './administration.ts'
import type { ControlAnswer } from './control-answer.ts'
import { throughShortPath } from './control-path.ts'
import { OperatorError } from './operator-error.ts'

/**
 * Takes an operator's commands on a Unix socket that only this user may open: one command as a JSON line for each
 * connection, answered by JSON lines. The caller holds the lock of the data directory, so a socket that is there
 * already was left by a crash.
 */
export async function openControlServer(needs: {
  readonly path: string
  readonly administration: Pick<Administration, 'run'>
  readonly logger: Logger
}): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    void serve(socket, needs)
  })
  await remove(needs.path)
  await throughShortPath(needs.path, (path) => listenPrivately(server, path))
  return {
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
      // Node removes what it was told to listen at, which may have been another name of it.
      await remove(needs.path)
    },
  }
}

async function remove(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}

async function listenPrivately(server: net.Server, path: string): Promise<void> {
  // A chmod afterwards would leave a moment in which others can connect; the bind itself happens in `listen`.
  const former = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(former)
  }
  await once(server, 'listening')
}

async function serve(
  socket: net.Socket,
  { administration, logger }: { administration: Pick<Administration, 'run'>; logger: Logger },
): Promise<void> {
  // Nobody waits for the outcome any more when the operator has gone, or the gateway ends.
  const gone = new AbortController()
  socket.on('close', () => gone.abort(new OperatorError('the operator has gone')))
  const answer = (line: ControlAnswer) => socket.write(`${JSON.stringify(line)}\n`)
  try {
    const command = adminCommand.parse(JSON.parse(await firstLine(socket)))
    logger.info({ command: command.name }, 'operator command')
    const done = await administration.run(command, (print) => answer({ print }), gone.signal)
    answer({ done })
  } catch (err) {
    if (!(err instanceof OperatorError)) logger.error({ err }, 'operator command failed')
    answer({ failure: err instanceof Error ? err.message : String(err) })
  }
  socket.end()
}

async function firstLine(socket: net.Socket): Promise<string> {
  for await (const line of createInterface({ input: socket })) return line
  throw new OperatorError('no command came')
}

import { once } from 'node:events'
import net from 'node:net'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { AdminCommand } from './admin-command.ts'
import type { ControlAnswer } from './control-answer.ts'
import { throughShortPath } from './control-path.ts'
import { OperatorError } from './operator-error.ts'

/**
 * Has the gateway that listens at `path` do it. Answers undefined when none listens, else what
 * {@link Administration.run} answers there.
 * @throws {OperatorError} when it cannot be done, or the gateway ends meanwhile.
 */
export async function askRunningGateway(needs: {
  readonly path: string
  readonly command: AdminCommand
  print(line: string): void
}): Promise<boolean | undefined> {
  const socket = await connect(needs.path)
  if (socket === undefined) return undefined
  try {
    socket.write(`${JSON.stringify(needs.command)}\n`)
    for await (const line of createInterface({ input: socket })) {
      const answer = JSON.parse(line) as ControlAnswer
      if ('failure' in answer) throw new OperatorError(answer.failure)
      if ('done' in answer) return answer.done
      needs.print(answer.print)
    }
    throw new OperatorError('the gateway ended before it was done')
  } finally {
    socket.destroy()
  }
}

async function connect(path: string): Promise<net.Socket | undefined> {
  try {
    const socket = await throughShortPath(path, async (short) => {
      const connecting = net.connect(short)
      await once(connecting, 'connect')
      return connecting
    })
    return socket.on('error', () => socket.destroy())
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined
    throw code === undefined
      ? cause
      : new OperatorError(whyUnreachable(path, cause as NodeJS.ErrnoException), { cause })
  }
}

function whyUnreachable(path: string, { code, message }: NodeJS.ErrnoException): string {
  const directory = dirname(path)
  if (code === 'ENOTDIR') return `SLUICE_DATA_DIR ${directory} is not a directory`
  if (code === 'EACCES' || code === 'EPERM')
    return `the gateway in ${directory} belongs to another user: run this as that user`
  return `the gateway in ${directory} cannot be reached: ${message}`
}

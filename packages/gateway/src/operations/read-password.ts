import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { OperatorError } from './operator-error.ts'

interface PasswordSource {
  readonly password?: string | undefined
  readonly passwordFile?: string | undefined
}

/**
 * A password from where the operator has it: given, in a file, asked for at a terminal (twice, unseen), else the
 * whole of standard input. One newline at its end is not part of it.
 * @throws {OperatorError} when there is none.
 */
export async function readPassword({ password, passwordFile }: PasswordSource): Promise<string> {
  const found = password ?? (passwordFile === undefined ? await fromInput() : await fromFile(passwordFile))
  const trimmed = found.replace(/\r?\n$/, '')
  if (trimmed === '') throw new OperatorError('a password is needed')
  return trimmed
}

async function fromFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new OperatorError(`the password file cannot be read: ${(cause as Error).message}`, { cause })
  }
}

async function fromInput(): Promise<string> {
  if (!process.stdin.isTTY) return text(process.stdin)
  const password = await ask('Password: ')
  if ((await ask('The same again: ')) !== password) throw new OperatorError('the two are not the same')
  return password
}

async function ask(question: string): Promise<string> {
  const unseen = new Writable({ write: (_bytes, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true })
  process.stderr.write(question)
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once('SIGINT', () => reject(new OperatorError('given up')))
      terminal.once('close', () => reject(new OperatorError('a password is needed')))
      void terminal.question('').then(resolve, reject)
    })
  } finally {
    process.stderr.write('\n')
    terminal.close()
  }
}

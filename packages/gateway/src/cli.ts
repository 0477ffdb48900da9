#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { checkAccountName } from './account-name.ts'
import { askGateway } from './ask-gateway.ts'
import { readConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { accountsElsewhere } from './operations/accounts-elsewhere.ts'
import type { AdminCommand } from './operations/admin-command.ts'
import { OperatorError } from './operations/operator-error.ts'
import { readPassword } from './operations/read-password.ts'

// 0 done · 1 it cannot be done, or something is wrong · 2 the command line or the configuration is wrong
const FAILED = 1
const MISUSED = 2

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const print = (line: string) => process.stdout.write(`${line}\n`)

const remark = (line: string) => process.stderr.write(`sluice: ${line}\n`)

async function ask(command: AdminCommand, config = readConfig()): Promise<void> {
  if (!(await askGateway({ config, command, print, remark }))) process.exitCode = FAILED
}

const program = new Command('sluice')
  .description(
    'A self-hosted realtime messaging gateway. It is configured by SLUICE_* environment variables.',
  )
  .version(version)
  .exitOverride()

// What only one command needs is loaded by that command: most leave their work to a running gateway.
program
  .command('start')
  .description('run the gateway until SIGTERM or SIGINT')
  .action(async () => {
    const config = readConfig()
    const { runUntilSignal } = await import('./run-until-signal.ts')
    process.exitCode = await runUntilSignal(config)
  })

program
  .command('check-config')
  .description(
    'say what the configuration is, and whether the database, the store and the chat server answer',
  )
  .action(async () => {
    const config = readConfig()
    const { checkConfig } = await import('./check-config.ts')
    if (!(await checkConfig(config, print))) process.exitCode = FAILED
  })

const account = program
  .command('account')
  .description('manage the accounts of a gateway without a chat server')

account
  .command('add <jid>')
  .description('make an account; the password is asked for, or read from standard input')
  .option('--password-file <path>', 'read the password from a file')
  .option('--password <password>', 'for trying out only: other users of this machine can see it')
  .action(async (jid: string, options: { password?: string; passwordFile?: string }) => {
    // What is wrong is said before somebody types a password, twice.
    const config = readConfig()
    if (config.component) throw accountsElsewhere()
    checkAccountName(jid)
    await ask({ name: 'account add', account: jid, password: await readPassword(options) }, config)
  })

account
  .command('list')
  .description('list the accounts')
  .action(() => ask({ name: 'account list' }))

account
  .command('remove <jid>')
  .description('remove an account and the messages that wait for it')
  .action((jid: string) => ask({ name: 'account remove', account: jid }))

program
  .command('token <jid>')
  .description('print a token for /uploads that speaks for this person for 30 days')
  .action((jid: string) => ask({ name: 'token', jid }))

program
  .command('gc')
  .description('remove objects, at least an hour old, that the ledger does not know')
  .option('--dry-run', 'only list them', false)
  .action(({ dryRun }: { dryRun: boolean }) => ask({ name: 'gc', dryRun }))

program
  .command('verify')
  .description('read every stored chunk and hold it against the ledger')
  .action(() => ask({ name: 'verify' }))

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** One line for what an operator can mend; the whole error for what only we can. */
function report(error: unknown): number {
  if (error instanceof ConfigError) {
    for (const problem of error.problems) remark(problem)
    return MISUSED
  }
  if (error instanceof OperatorError) {
    remark(error.message)
    return FAILED
  }
  // Commander has said what is wrong, or has shown its help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED
  console.error(error)
  return FAILED
}

import { prepareJid, Refusal } from '@sluice/protocol'
import type { Accounts } from '../messaging/accounts.ts'
import type { UploadTokens } from '../transfer/upload-tokens.ts'
import { accountsElsewhere } from './accounts-elsewhere.ts'
import type { AdminCommand } from './admin-command.ts'
import type { CollectGarbage } from './collect-garbage.ts'
import { OperatorError } from './operator-error.ts'
import type { VerifyLedger } from './verify-ledger.ts'

interface AdministrationNeeds {
  readonly accounts: Pick<Accounts, 'add' | 'list' | 'remove'>
  readonly tokens: Pick<UploadTokens, 'issueAccount'>
  readonly collectGarbage: Pick<CollectGarbage, 'run'>
  readonly verifyLedger: Pick<VerifyLedger, 'run'>
  readonly domain: string
  /** With a chat server: where its accounts are. Then there are none of ours. */
  readonly allowedDomains?: readonly string[] | '*'
}

/** Does what an operator asks, in a running gateway or beside one. */
export class Administration {
  readonly #needs: AdministrationNeeds

  constructor(needs: AdministrationNeeds) {
    this.#needs = needs
  }

  /**
   * Prints its outcome line by line; answers false when it found something wrong.
   * @throws {OperatorError} when it cannot be done.
   */
  async run(command: AdminCommand, print: (line: string) => void, signal?: AbortSignal): Promise<boolean> {
    try {
      return await this.#run(command, print, signal)
    } catch (error) {
      throw error instanceof Refusal ? new OperatorError(error.message, { cause: error }) : error
    }
  }

  async #run(command: AdminCommand, print: (line: string) => void, signal?: AbortSignal): Promise<boolean> {
    const { accounts, allowedDomains, tokens } = this.#needs
    if (allowedDomains !== undefined && command.name.startsWith('account ')) throw accountsElsewhere()
    switch (command.name) {
      case 'account add': {
        const { account: name, password } = command
        const { jid, outcome } = await accounts.add({ name, password, reuseRemoved: true })
        if (outcome === 'taken') throw new OperatorError(`${jid} has an account already`)
        print(`added ${jid}`)
        if (outcome === 'reused')
          print('an account of this name was removed before: its uploads and links are now the new one’s')
        return true
      }
      case 'account list':
        for (const jid of await accounts.list()) print(jid)
        return true
      case 'account remove':
        if (!(await accounts.remove(command.account)))
          throw new OperatorError(`no account ${command.account}`)
        print(`removed ${command.account}`)
        return true
      case 'token':
        print(await tokens.issueAccount(this.#ownerOf(command.jid)))
        return true
      case 'gc':
        return this.#collectGarbage(command.dryRun, print, signal)
      case 'verify':
        return this.#verify(print, signal)
    }
  }

  /** Also of accounts that live on a chat server: only their JID is known here. */
  #ownerOf(text: string): string {
    const { allowedDomains = '*' } = this.#needs
    const { local, bare, domain } = prepareJid(text.includes('@') ? text : `${text}@${this.#needs.domain}`)
    if (local === undefined) throw new OperatorError(`${text} is not the JID of a person`)
    if (allowedDomains !== '*' && !allowedDomains.includes(domain))
      throw new OperatorError(`${domain} is not among SLUICE_ALLOWED_DOMAINS (${allowedDomains.join(', ')})`)
    return bare
  }

  async #collectGarbage(
    dryRun: boolean,
    print: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { objects, bytes } = await this.#needs.collectGarbage.run({
      dryRun,
      signal,
      onFound: ({ key, length }) => print(`unknown ${key} ${length}`),
    })
    print(`${dryRun ? 'would remove' : 'removed'} ${objects} objects of ${bytes} bytes`)
    return true
  }

  async #verify(print: (line: string) => void, signal?: AbortSignal): Promise<boolean> {
    const { chunks, bytes, problems, unknown } = await this.#needs.verifyLedger.run({
      signal,
      onProblem: ({ problem, key, uploadId }) => print(`${problem} ${key} of upload ${uploadId}`),
      onUnknown: ({ key, length }) => print(`unknown ${key} ${length}`),
    })
    print(`${chunks} chunks of ${bytes} bytes, ${problems} of them wrong; ${unknown} unknown objects`)
    return problems === 0
  }
}

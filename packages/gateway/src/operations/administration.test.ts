import { expect } from 'chai'
import type { AdminCommand } from './admin-command.ts'
import { Administration } from './administration.ts'
import { OperatorError } from './operator-error.ts'

describe('Administration', () => {
  const jids = new Set<string>()
  const removed = new Set<string>()
  const needs = {
    domain: 'localhost',
    accounts: {
      async add({ name, reuseRemoved }) {
        const jid = `${name}@localhost`
        if (jids.has(jid)) return { jid, outcome: 'taken' }
        if (removed.has(jid) && !reuseRemoved) return { jid, outcome: 'removed' }
        jids.add(jid)
        return { jid, outcome: removed.delete(jid) ? 'reused' : 'created' }
      },
      list: async () => [...jids],
      remove: async (name) =>
        jids.delete(`${name}@localhost`) && removed.size < removed.add(`${name}@localhost`).size,
    },
    tokens: { issueAccount: async (owner) => `token of ${owner}` },
    collectGarbage: {
      async run({ onFound }) {
        onFound({ key: 'ab/0-1', length: 7 })
        return { objects: 1, bytes: 7 }
      },
    },
    verifyLedger: {
      async run({ onProblem, onUnknown }) {
        onProblem({ uploadId: 'ab', key: 'ab/0-1', problem: 'wrong bytes' })
        onUnknown({ key: 'cd/0-1', length: 3 })
        return { chunks: 2, bytes: 14, problems: 1, unknown: 1 }
      },
    },
  } satisfies ConstructorParameters<typeof Administration>[0]
  let administration: Administration

  beforeEach(() => {
    administration = new Administration(needs)
  })

  async function run(command: AdminCommand) {
    const lines: string[] = []
    return { fine: await administration.run(command, (line) => lines.push(line)), lines }
  }

  async function failureOf(command: AdminCommand) {
    return run(command).catch((error: unknown) => error)
  }

  it('adds, lists and removes accounts', async () => {
    const add: AdminCommand = { name: 'account add', account: 'alice', password: 'p' }
    expect(await run(add)).to.deep.equal({ fine: true, lines: ['added alice@localhost'] })
    expect(await failureOf(add)).to.be.instanceOf(OperatorError)
    expect((await run({ name: 'account list' })).lines).to.deep.equal(['alice@localhost'])
    expect((await run({ name: 'account remove', account: 'alice' })).fine).to.equal(true)
    expect(await failureOf({ name: 'account remove', account: 'alice' })).to.be.instanceOf(OperatorError)
  })

  it('gives the name of a removed account out again, and says what comes with it', async () => {
    await run({ name: 'account add', account: 'carol', password: 'p' })
    await run({ name: 'account remove', account: 'carol' })
    const { lines } = await run({ name: 'account add', account: 'carol', password: 'p' })
    expect(lines[0]).to.equal('added carol@localhost')
    expect(lines[1]).to.include('uploads and links')
  })

  it('has no accounts where a chat server has them, and tokens for the allowed domains only', async () => {
    administration = new Administration({
      ...needs,
      domain: 'chat.example',
      allowedDomains: ['chat.example'],
    })
    for (const command of [
      { name: 'account add', account: 'alice', password: 'p' },
      { name: 'account list' },
      { name: 'account remove', account: 'alice' },
    ] satisfies AdminCommand[])
      expect(await failureOf(command))
        .to.be.instanceOf(OperatorError)
        .with.property('message')
        .includes('chat server')
    expect((await run({ name: 'token', jid: 'bob' })).lines).to.deep.equal(['token of bob@chat.example'])
    const refused = await failureOf({ name: 'token', jid: 'bob@elsewhere.example' })
    expect(refused)
      .to.be.instanceOf(OperatorError)
      .with.property('message')
      .includes('SLUICE_ALLOWED_DOMAINS')
    administration = new Administration({ ...needs, allowedDomains: '*' })
    expect((await run({ name: 'token', jid: 'bob@elsewhere.example' })).lines).to.have.length(1)
  })

  it('gives a token to a person, prepared as the gateway prepares JIDs', async () => {
    expect((await run({ name: 'token', jid: 'Alice@Chat.Example/home' })).lines).to.deep.equal([
      'token of alice@chat.example',
    ])
    expect((await run({ name: 'token', jid: 'bob' })).lines).to.deep.equal(['token of bob@localhost'])
    expect(await failureOf({ name: 'token', jid: 'a b@c' })).to.be.instanceOf(OperatorError)
    expect(await failureOf({ name: 'token', jid: '@localhost' })).to.be.instanceOf(OperatorError)
  })

  it('tells what garbage it found, and whether it went', async () => {
    expect(await run({ name: 'gc', dryRun: true })).to.deep.equal({
      fine: true,
      lines: ['unknown ab/0-1 7', 'would remove 1 objects of 7 bytes'],
    })
    expect((await run({ name: 'gc', dryRun: false })).lines.at(-1)).to.equal('removed 1 objects of 7 bytes')
  })

  it('is not fine when a chunk is wrong', async () => {
    expect(await run({ name: 'verify' })).to.deep.equal({
      fine: false,
      lines: [
        'wrong bytes ab/0-1 of upload ab',
        'unknown cd/0-1 3',
        '2 chunks of 14 bytes, 1 of them wrong; 1 unknown objects',
      ],
    })
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { sluice } from '../../../test/stack/sluice.ts'

describe('sluice account add', function () {
  this.timeout(60_000)
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-add-'))
  })
  after(() => rm(folder, { recursive: true }))

  async function failure(name: string, more: Record<string, string> = {}): Promise<[number, string]> {
    const env = { SLUICE_DATA_DIR: join(folder, 'data'), ...more }
    const { code, stderr } = await sluice(['account', 'add', name], { env, mayFail: true })
    return [code, stderr.split('\n', 1)[0] ?? '']
  }

  it('says what is wrong before it wants a password', async () => {
    expect(await failure('alice', { SLUICE_PORT: 'x' })).to.deep.equal([
      2,
      'sluice: SLUICE_PORT is "x"; it takes a port from 0 to 65535, 0 for a free one',
    ])
    expect(await failure('@localhost')).to.satisfy(
      ([code, line]: [number, string]) => code === 1 && line.startsWith('sluice: The address is not a JID'),
    )
    expect(await failure('alice@localhost/home')).to.deep.equal([
      1,
      'sluice: alice@localhost/home is neither a name nor a bare JID',
    ])
    expect(await failure('alice')).to.deep.equal([1, 'sluice: a password is needed'])
  })
})

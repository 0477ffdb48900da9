import { expect } from 'chai'
import type { ClientCore } from '../client-core.ts'
import { StanzaRefused } from '../session/stanza-refused.ts'
import type { SdkContext } from './sdk-context.ts'
import { startText } from './text-calls.ts'

describe('the call on texts', () => {
  it('says why the server would not tell whether somebody is a room', async () => {
    const refusal = new StanzaRefused({ condition: 'forbidden', type: 'auth', text: 'Not here', details: {} })
    const account = { rooms: { holds: () => false }, texts: { send: () => Promise.reject(refusal) } }
    const core = { account, log() {} } as unknown as ClientCore
    const context: SdkContext = {
      initialized: () => core,
      core: () => core,
      uploadRuns: new Map(),
      downloadRuns: new Map(),
    }
    const params = { toJid: 'bob@example.org', message: 'hi' } as Parameters<typeof startText>[1]
    const { statusCode, message } = await startText(context, params)
    expect({ statusCode, message }).to.deep.equal({ statusCode: 403, message: 'Not here' })
  })
})

import { setTimeout as delay } from 'node:timers/promises'
import { Refusal } from '@sluice/protocol'
import { expect } from 'chai'
import { sampleBytes, uploadBench } from '../../test/upload-bench.ts'
import type { ClientCore } from '../client-core.ts'
import type { MediaParams } from './facade.ts'
import type { SdkContext } from './sdk-context.ts'
import { cancelUpload, resumeUpload, startUpload } from './upload-calls.ts'

const U = 'Media upload for message-id m1'

/** The calls on uploads against a scripted gateway, and what their callbacks hear. */
async function calls() {
  const { uploads, gateway } = await uploadBench()
  const rooms = { holds: (jid: string) => jid === 'tea@rooms.example.org' }
  const core = { account: { uploads, rooms }, log() {} } as unknown as ClientCore
  const context: SdkContext = {
    initialized: () => core,
    core: () => core,
    uploadRuns: new Map(),
    downloadRuns: new Map(),
  }
  const heard: string[] = []
  const callbacks = {
    onPending: (id: string) => void heard.push(`pending ${id}`),
    onResuming: (id: string) => void heard.push(`resuming ${id}`),
    onSuccess: () => void heard.push('success'),
    onError: ({ statusCode, message }: { statusCode: number; message: string }) =>
      void heard.push(`error ${statusCode} ${message}`),
  }
  const params: MediaParams = {
    toJid: 'bob@example.org',
    messageType: 'image',
    fileMessageParams: { file: new Blob([sampleBytes(2_000_000)]), msgId: 'm1' },
    replyMessageId: '',
  }
  return {
    gateway,
    uploads,
    heard,
    send: (over: Record<string, unknown> = {}) => startUpload(context, { ...params, ...over }, callbacks),
    cancel: (id = 'm1') => cancelUpload(context, id),
    resume: (id = 'm1') => resumeUpload(context, id, callbacks),
  }
}

describe('the calls on uploads', () => {
  it('send, with pending first, and no reply for an empty id', async () => {
    const { send, heard, gateway } = await calls()
    const sending = send()
    expect(heard).to.deep.equal([])
    expect(await sending).to.include({ statusCode: 200 })
    expect(heard).to.deep.equal(['pending m1', 'success'])
    expect(gateway.upload.get('u-m1')?.offer.intent.replyTo).to.equal(undefined)
  })

  it('send nothing to an occupant of a joined room: the whole room would read it', async () => {
    const { send, uploads } = await calls()
    expect(await send({ toJid: 'tea@rooms.example.org/mallory' })).to.include({
      statusCode: 400,
      message: 'toJid is not valid or required',
    })
    expect(uploads.list()).to.deep.equal([])
  })

  it('cancel before pending has fired: it fires first, and no byte is sent', async () => {
    const { send, cancel, heard, gateway } = await calls()
    const sending = send()
    const cancelled = await cancel()
    expect(heard).to.deep.equal(['pending m1'])
    expect(cancelled).to.deep.equal({ statusCode: 200, message: `${U} is cancelled` })
    expect(await sending).to.deep.equal({ statusCode: 499, message: `${U} is cancelled` })
    expect(gateway.asked).to.not.include('http:PATCH')
    expect(await cancel()).to.deep.equal(cancelled)
  })

  it('cancel from within onPending, as the manual does', async () => {
    const { send, cancel, heard } = await calls()
    let cancelled: unknown
    const sending = send().onPending(async () => {
      cancelled = await cancel()
    })
    expect(await sending).to.have.property('statusCode', 499)
    expect(await cancel()).to.have.property('statusCode', 200)
    expect(cancelled).to.deep.equal({ statusCode: 200, message: `${U} is cancelled` })
    expect(heard).to.deep.equal(['pending m1'])
  })

  it('resume what was cancelled: resuming, then the one success', async () => {
    const { send, cancel, resume, heard, gateway } = await calls()
    const sending = send()
    await cancel()
    await sending
    expect(await resume()).to.have.property('statusCode', 200)
    expect(heard).to.deep.equal(['pending m1', 'resuming m1', 'success'])
    expect(gateway.messages).to.have.length(1)
    expect(await cancel()).to.include({ statusCode: 409, message: `${U} is already completed` })
    expect(await resume()).to.have.property('statusCode', 200)
    expect(gateway.messages).to.have.length(1)
  })

  it('resume while it runs joins, with the same outcome for both', async () => {
    const { send, resume, heard, gateway } = await calls()
    const patch = gateway.hold('PATCH')
    const sending = send()
    await patch.reached
    const resuming = resume()
    patch.release()
    const [first, second] = await Promise.all([sending, resuming])
    expect(second).to.deep.equal(first)
    expect(heard.filter((word) => word === 'success')).to.have.length(2)
    expect(gateway.messages).to.have.length(1)
  })

  for (const [title, over, message] of [
    ['an empty toJid', { toJid: '' }, 'toJid is not valid or required'],
    ['a toJid that is no JID', { toJid: 'a b@c' }, 'toJid is not valid or required'],
    ['no file', { fileMessageParams: {} }, 'file is not valid or required'],
    ['an unknown messageType', { messageType: 'hologram' }, 'messageType is not valid or required'],
  ] as const) {
    it(`refuse ${title} by onError`, async () => {
      const { send, heard, gateway } = await calls()
      expect(await send(over)).to.include({ statusCode: 400, message })
      expect(heard).to.deep.equal([`error 400 ${message}`])
      expect(gateway.asked).to.deep.equal([])
    })
  }

  it('refuse an empty and an unknown id', async () => {
    const { cancel, resume, heard } = await calls()
    expect(await cancel('')).to.include({ statusCode: 400, message: 'msgId is not valid or required' })
    expect(await resume('')).to.include({ statusCode: 400, message: 'msgId is not valid or required' })
    expect(await cancel()).to.include({ statusCode: 404, message: `${U} is not found` })
    expect(await resume()).to.include({ statusCode: 404, message: `${U} is not found` })
    expect(heard).to.have.length(2)
  })

  it('say that an unknown id cannot be looked up while the line is down', async () => {
    const { cancel, resume, gateway } = await calls()
    gateway.goOffline()
    const unreachable = { statusCode: 503, code: 'unreachable', retryable: true }
    expect(await cancel()).to.include(unreachable)
    expect(await resume()).to.include(unreachable)
  })

  it('tell a failure once, and again to who resumes', async () => {
    const { send, cancel, resume, heard, gateway } = await calls()
    gateway.refuse('offer', new Refusal('file-too-large', { limit: 5 }))
    const tooLarge = { statusCode: 413, message: 'The file is larger than 5 bytes' }
    expect(await send()).to.include(tooLarge)
    expect(await cancel()).to.include({ statusCode: 409, message: `${U} has already failed` })
    expect(await resume()).to.include(tooLarge)
    expect(heard.filter((word) => word.startsWith('error'))).to.have.length(2)
  })

  it('hold late listeners up to date', async () => {
    const { send, heard } = await calls()
    const chain = send()
    await chain
    void chain.onSuccess(() => void heard.push('late success')).onError(() => void heard.push('late error'))
    await delay(0)
    expect(heard.at(-1)).to.equal('late success')
  })
})

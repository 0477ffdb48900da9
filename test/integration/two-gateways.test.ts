import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { element, NS } from '@sluice/protocol'
import { expect } from 'chai'
import { type Backend, serverBackend } from '../stack/backends.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { sluice } from '../stack/sluice.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import {
  type Answer,
  ask,
  download,
  headOffset,
  type PatchOptions,
  patch,
  status,
  type TusUpload,
} from '../stack/tus-upload.ts'

const MIB = 1024 * 1024
const SIZE = 24 * MIB

describe('two gateways on one PostgreSQL and MinIO', function () {
  this.timeout(120_000)
  let backend: Backend
  let first: Gateway
  let second: Gateway
  let onFirst: StanzaUser
  let onSecond: StanzaUser

  before(async function () {
    backend = await serverBackend(this)
    ;[first, second] = await Promise.all([
      startGateway({ env: backend.env }),
      startGateway({ env: backend.env }),
    ])
    await sluice(['account', 'add', 'alice'], { env: backend.env, input: 'secret\n' })
    onFirst = await StanzaUser.login(first.url, 'alice', 'secret')
    onSecond = await StanzaUser.login(second.url, 'alice', 'secret')
  })

  after(async () => {
    await onFirst?.close()
    await onSecond?.close()
    await Promise.all([first?.stop(), second?.stop()])
    await backend?.drop()
  })

  it('stops a writer through the other node, keeps what it had read, and goes on at the other node (I4)', async () => {
    const file = new SeededBytes('cancel elsewhere', SIZE)
    const slot = await onFirst.offer({ size: SIZE })
    const upload = { url: slot.uploadUrl, token: slot.token }
    // The sender stalls, so that what the first node has read stands still before the cancel is asked for.
    let goOn: () => void = () => {}
    const until = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const writing = beginPatch(upload, file, { from: 0, until: 4 * MIB, hold: { at: 4 * MIB, until } })
    await writing.reached
    while ((await status(upload)).received < 4 * MIB);

    const cancelled = await onSecond.cancel(slot.uploadId)
    goOn()
    expect([cancelled.state, cancelled.committed]).to.deep.equal(['cancelled', 4 * MIB])
    const refused = await patch(upload, file, { from: cancelled.committed })
    expect(refused.status).to.equal(403)
    expect((await status(upload)).committed).to.equal(cancelled.committed)
    await writing.over

    const resumed = await onSecond.resume(slot.uploadId)
    expect(resumed.committed).to.equal(cancelled.committed)
    const elsewhere = { url: atNode(resumed.uploadUrl, second), token: resumed.token }
    const finished = await patch(elsewhere, file, { from: resumed.committed })
    expect(finished.status, finished.body).to.equal(204)
    expect(await download(atNode(slot.getUrl, second))).to.deep.equal({
      status: 200,
      bytes: SIZE,
      sha256: file.sha256(),
    })
  })

  // The two writers send different bytes, so a byte that the older one committed after being overtaken would show.

  it('lets the newest of two writers win, with the right bytes (I3)', async () => {
    const older = new SeededBytes('older writer', SIZE)
    const newer = new SeededBytes('newer writer', SIZE)
    const slot = await onFirst.offer({ size: SIZE })
    const upload = { url: slot.uploadUrl, token: slot.token }
    const writing = beginPatch(upload, older, { from: 0, bytesPerSecond: 8 * MIB, until: 6 * MIB })
    await writing.reached

    const elsewhere = { url: atNode(slot.uploadUrl, second), token: slot.token }
    const offset = await headOffset(elsewhere)
    expect(offset).to.be.within(MIB, SIZE - MIB)
    const finished = await patch(elsewhere, newer, { from: offset })
    expect(finished.status, finished.body).to.equal(204)
    await writing.over
    expect((await download(slot.getUrl)).sha256).to.equal(spliced(older, newer, offset))
  })

  it('lets a new writer take over at the committed offset while the old one still sends (I3)', async () => {
    const older = new SeededBytes('still sending', SIZE)
    const newer = new SeededBytes('taking over', SIZE)
    const slot = await onFirst.offer({ size: SIZE })
    const upload = { url: slot.uploadUrl, token: slot.token }
    const writing = beginPatch(upload, older, { from: 0, bytesPerSecond: 4 * MIB, until: 2 * MIB })
    await writing.reached
    const elsewhere = { url: atNode(slot.uploadUrl, second), token: slot.token }
    let offset: number
    let finished: Answer
    do {
      offset = (await status(elsewhere)).committed
      finished = await patch(elsewhere, newer, { from: offset })
    } while (finished.status === 409)
    expect(finished.status, finished.body).to.equal(204)
    await writing.over
    expect((await download(slot.getUrl)).sha256).to.equal(spliced(older, newer, offset))
  })

  it('commits nothing from a stopped writer that wakes up after being overtaken (I3)', async () => {
    const older = new SeededBytes('stopped', SIZE)
    const newer = new SeededBytes('awake', SIZE)
    const slot = await onFirst.offer({ size: SIZE })
    const upload = { url: slot.uploadUrl, token: slot.token }
    const stopped = beginPatch(upload, older, { from: 0, bytesPerSecond: 8 * MIB, until: 6 * MIB })
    await stopped.reached
    first.signal('SIGSTOP')
    let offset: number
    try {
      const elsewhere = { url: atNode(slot.uploadUrl, second), token: slot.token }
      offset = await headOffset(elsewhere)
      const finished = await patch(elsewhere, newer, { from: offset })
      expect(finished.status, finished.body).to.equal(204)
    } finally {
      first.signal('SIGCONT')
    }
    await stopped.over
    expect((await download(slot.getUrl)).sha256).to.equal(spliced(older, newer, offset))
    const verified = await sluice(['verify'], { env: backend.env })
    expect(verified.code).to.equal(0)
  })

  it('answers a HEAD at the other node with every byte that the first had read', async () => {
    const file = new SeededBytes('head elsewhere', SIZE)
    const slot = await onFirst.offer({ size: SIZE })
    const upload = { url: slot.uploadUrl, token: slot.token }
    const writing = beginPatch(upload, file, { from: 0, bytesPerSecond: 8 * MIB, until: 3 * MIB })
    await writing.reached
    const { received } = await status(upload)
    const offset = await headOffset({ url: atNode(slot.uploadUrl, second), token: slot.token })
    expect(offset).to.be.at.least(received)
    await writing.over
    await ask('POST', `${slot.uploadUrl}/discard`, { Authorization: `Bearer ${slot.token}` })
  })

  it('share contacts, presence, carbons and the archive', async () => {
    await sluice(['account', 'add', 'bob'], { env: backend.env, input: 'secret\n' })
    const bob = await StanzaUser.login(second.url, 'bob', 'secret')
    const [alice, roster] = ['alice@localhost', element('query', { xmlns: NS.roster })]
    await bob.iq('get', 'bob@localhost', roster)
    await onSecond.iq('set', alice, element('enable', { xmlns: NS.carbons }))

    const asked = bob.next((stanza) => stanza.is('presence') && stanza.attrs.type === 'subscribe')
    await onFirst.send(element('presence', { to: 'bob@localhost', type: 'subscribe' }))
    expect((await asked).attrs.from).to.equal(alice)
    const seen = onFirst.next((stanza) => stanza.is('presence') && stanza.attrs.from === bob.jid)
    const pushed = bob.next((stanza) => stanza.is('iq') && stanza.attrs.type === 'set')
    await bob.send(element('presence', { to: alice, type: 'subscribed' }))
    expect((await seen).attrs.type).to.equal(undefined)
    expect(String(await pushed)).to.include(`<item jid="${alice}" subscription="from"/>`)

    const arrived = bob.next((stanza) => stanza.getChildText('body') === 'hi')
    const copied = onSecond.next((stanza) => stanza.getChild('sent', NS.carbons) !== undefined)
    await onFirst.send(element('message', { type: 'chat', to: 'bob@localhost' }, element('body', {}, 'hi')))
    const stanzaId = (await arrived).getChild('stanza-id', NS.stanzaId)
    expect(stanzaId?.attrs.by).to.equal('bob@localhost')
    expect(String(await copied)).to.include('<body>hi</body>')
    const found = bob.next((stanza) => stanza.getChild('result', NS.archive) !== undefined)
    await bob.iq('set', 'bob@localhost', element('query', { xmlns: NS.archive }))
    expect((await found).getChild('result', NS.archive)?.attrs.id).to.equal(stanzaId?.attrs.id)

    const gone = onFirst.next((stanza) => stanza.is('presence') && stanza.attrs.from === bob.jid)
    await bob.close()
    expect((await gone).attrs.type).to.equal('unavailable')
  })
})

/** SHA-256 of the first writer's bytes up to `at`, and the second's from there. */
function spliced(first: SeededBytes, second: SeededBytes, at: number): string {
  const hash = createHash('sha256').update(first.slice(0, at))
  return hash.update(second.slice(at, second.size)).digest('hex')
}

/** The same path at another node: what a load balancer does. */
function atNode(url: string, node: Gateway): string {
  return new URL(new URL(url).pathname, node.url).href
}

/** A PATCH under way: `reached` when `until` bytes are sent, `over` with its status, or 0 when it broke. */
function beginPatch(
  upload: TusUpload,
  file: SeededBytes,
  options: PatchOptions & { until: number },
): { reached: Promise<void>; over: Promise<number> } {
  const progress = new EventTarget()
  const sent = once(progress as never, 'reached')
  const over = patch(upload, file, {
    ...options,
    onSent: (offset) => {
      if (offset >= options.until) progress.dispatchEvent(new Event('reached'))
    },
  }).then(
    (answer) => answer.status,
    () => 0,
  )
  const early = over.then((code) => {
    throw new Error(`the PATCH was over (${code}) before ${options.until} bytes were sent`)
  })
  const reached = Promise.race([sent, early]).then(() => {})
  reached.catch(() => {}) // for whoever awaits it
  return { reached, over }
}

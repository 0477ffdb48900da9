import { expect } from 'chai'
import { MediaServer } from '../test/media-server.ts'
import { messagingBench } from '../test/messaging-bench.ts'
import { hastyClock, log, reaches, sampleBytes, sha256, uploadBench } from '../test/upload-bench.ts'
import { mediaOf } from './client.ts'
import type { ClientCore } from './client-core.ts'
import { MediaService } from './session/media-service.ts'
import { Downloads } from './transfers/downloads.ts'
import { MediaControl } from './transfers/media-control.ts'
import { NodeHttpTransport } from './transfers/node-http-transport.ts'
import { Places } from './transfers/places.ts'

const bytes = sampleBytes(1024 * 1024)
const transport = new NodeHttpTransport()

/** The typed face, with uploads to a scripted gateway and downloads from a real server. */
async function media() {
  const { uploads, gateway, store } = await uploadBench()
  const { history, archive, rooms } = await messagingBench({ session: gateway, clock: hastyClock, store })
  const control = new MediaControl({
    session: gateway,
    service: new MediaService({ session: gateway }),
    transport,
  })
  const shared = { session: gateway, transport, store, history, archive, control, sha256, log }
  const downloads = new Downloads({ ...shared, clock: hastyClock, places: new Places(6), random: () => 0 })
  const core = { account: { uploads, downloads, rooms } } as unknown as ClientCore
  return { gateway, store, downloads, media: mediaOf(core) }
}

describe('the media of a client', () => {
  after(() => transport.close())

  it('goes on with a paused upload when it is sent again under its id', async () => {
    const {
      gateway,
      media: { send },
    } = await media()
    const options = { to: 'bob@example.org', file: new Blob([bytes]), id: 'm1' }
    const patch = gateway.hold('PATCH')
    const upload = send(options)
    await patch.reached
    await upload.pause()
    expect(send(options)).to.equal(upload)
    expect(await upload.done).to.have.property('msgId', 'm1')
  })

  it('goes on with an aborted download when it is asked for again, with an outcome of its own', async () => {
    const server = new MediaServer(bytes)
    server.stallAfter = 1000
    const {
      store,
      downloads,
      media: { download },
    } = await media()
    await store.put('downloads', 'm1', {
      id: 'm1',
      createdAt: 0,
      state: 'unfinished',
      file: { url: await server.start(), name: 'a.bin', mediaType: 'text/plain' },
    })
    await downloads.load()
    const aborting = new AbortController()
    const transfer = download('m1', { signal: aborting.signal })
    await reaches(transfer, 'active')
    aborting.abort()
    expect(await transfer.done.catch(({ name }) => name)).to.equal('AbortError')
    server.stallAfter = undefined
    expect((await download('m1').done).blob?.size).to.equal(bytes.length)
    await server.stop()
  })
})

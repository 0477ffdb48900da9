import { expect } from 'chai'
import { type Backend, embeddedBackend } from '../stack/backends.ts'
import { freePort } from '../stack/free-port.ts'
import { startGateway } from '../stack/gateway.ts'
import { sluice } from '../stack/sluice.ts'

describe('the embedded data directory', function () {
  this.timeout(60_000)
  let backend: Backend

  beforeEach(async () => {
    backend = await embeddedBackend()
  })
  afterEach(() => backend.drop())

  it('refuses a second gateway by name while the first one runs, which goes on unharmed', async () => {
    const first = await startGateway({ env: backend.env })
    const second = await sluice(['start'], {
      env: { ...backend.env, SLUICE_PORT: String(await freePort()) },
      mayFail: true,
    })
    expect(second.code).to.not.equal(0)
    expect(second.stderr).to.include(backend.env.SLUICE_DATA_DIR)
    expect(second.stderr).to.include(String(first.pid))
    expect((await fetch(`${first.url}/readyz`)).status).to.equal(200)
    await first.stop()
  })

  it('lets a second gateway in right after the first was killed', async () => {
    const first = await startGateway({ env: backend.env })
    await first.kill('SIGKILL')
    const second = await startGateway({ env: backend.env })
    expect((await fetch(`${second.url}/readyz`)).status).to.equal(200)
    await second.stop()
    await first.stop()
  })

  it('is administered through the running gateway, and without one', async () => {
    const gateway = await startGateway({ env: backend.env })
    await sluice(['account', 'add', 'carol'], { env: backend.env, input: 'secret\n' })
    expect((await sluice(['account', 'list'], { env: backend.env })).stdout).to.include('carol@localhost')
    await gateway.stop()
    expect((await sluice(['account', 'list'], { env: backend.env })).stdout).to.include('carol@localhost')
    await sluice(['account', 'remove', 'carol'], { env: backend.env })
    expect((await sluice(['account', 'list'], { env: backend.env })).stdout).to.not.include('carol')
  })
})

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../../test/stack/free-port.ts'
import { type Gateway, startGateway } from '../../test/stack/gateway.ts'
import { byteText } from './byte-text.ts'
import { makeFile, sha256Of } from './demo-file.ts'
import { brokenPromises, demoTable } from './demo-table.ts'
import { Network } from './network.ts'
import { playStory } from './play-story.ts'

/** `npm run demo -- [FILE]`: two people, a real file, and everything that can interrupt them. */
const LINK_BYTES_PER_SECOND = 64 * 1024 ** 2 // so that the stops are where they should be, and no luck
const DEMO_MEBIBYTES = 256

const given = process.argv[2]
const folder = await mkdtemp(join(tmpdir(), 'sluice-demo-'))
const running: { gateway?: Gateway; network?: Network } = {}
try {
  process.exitCode = (await runDemo(running)) ? 0 : 1
} finally {
  await running.gateway?.stop()
  await running.network?.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** True when everything was as promised. */
async function runDemo(started: typeof running): Promise<boolean> {
  const file = given === undefined ? join(folder, 'demo.bin') : resolve(given)
  if (given === undefined) {
    say(`making a file of ${DEMO_MEBIBYTES} MiB`)
    await makeFile(file, DEMO_MEBIBYTES)
  }
  const { size } = await stat(file)

  const port = String(await freePort())
  const network = await Network.open(`http://127.0.0.1:${port}`, LINK_BYTES_PER_SECOND)
  started.network = network
  const start = () =>
    startGateway({
      env: {
        SLUICE_PORT: port,
        SLUICE_PUBLIC_URL: network.publicUrl,
        SLUICE_DATA_DIR: join(folder, 'gateway'),
        SLUICE_REGISTRATION: 'open',
      },
    })
  const gateway = await start()
  started.gateway = gateway
  say(`a gateway runs behind a link of ${byteText(LINK_BYTES_PER_SECOND)}/s; the file has ${byteText(size)}`)

  const { receivedPath, ...told } = await playStory({
    file,
    size,
    folder,
    network,
    gateway,
    startAgain: async () => {
      started.gateway = await start()
    },
    say,
  })
  const sha256 = { sent: await sha256Of(file), received: await sha256Of(receivedPath) }
  const result = { ...told, size, wire: network.passed, sha256 }
  console.log(`\n${demoTable(result)}`)
  const broken = brokenPromises(result)
  for (const promise of broken) console.error(`\n✗ ${promise}`)
  return broken.length === 0
}

function say(line: string): void {
  console.log(`• ${line}`)
}

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Child } from '../test/stack/child.ts'
import { freePort } from '../test/stack/free-port.ts'
import { startGateway } from '../test/stack/gateway.ts'
import { sluice } from '../test/stack/sluice.ts'
import { cpuSeconds } from './cpu-seconds.ts'
import { uploadOnce } from './tus-client.ts'

/**
 * `npm run bench -- [MIB] [ROUNDS]`: a tus upload into the gateway and into @tus/server, both to files, in turns, so that
 * what else the machine does hits both. Says the ratio of the medians: the only figure that carries to other machines.
 * It is not the same work: ours is synced to disk and recorded in a database before it is acknowledged.
 */
const MIB = 1024 ** 2
const [mebibytes = 256, rounds = 3] = process.argv.slice(2).map(Number)
const size = mebibytes * MIB

interface Contender {
  readonly name: string
  readonly url: string
  readonly pid: number
  readonly headers: Record<string, string>
  readonly mibPerSecond: number[]
  readonly cpuPerGib: number[]
}

const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'))
const stops: (() => Promise<void>)[] = []
try {
  const ours = await startOurs()
  const peer = await startPeer()
  for (const contender of [ours, peer]) await uploadOnce(contender.url, 16 * MIB, contender.headers) // warm
  for (let round = 0; round < rounds; round++) for (const contender of [ours, peer]) await measure(contender)
  const cpuIsKnown = process.platform === 'linux'
  for (const { name, mibPerSecond, cpuPerGib } of [ours, peer]) {
    const [speed, cpu] = [median(mibPerSecond).toFixed(0), median(cpuPerGib).toFixed(2)]
    console.log(
      `${name.padEnd(12)} ${speed.padStart(6)} MiB/s${cpuIsKnown ? ` ${cpu.padStart(7)} CPU s/GiB` : ''}`,
    )
  }
  const cpuRatio = `, ${ratio(ours.cpuPerGib, peer.cpuPerGib)} of its CPU time`
  console.log(
    `ratio        ${ratio(ours.mibPerSecond, peer.mibPerSecond)} of its speed${cpuIsKnown ? cpuRatio : ''} ` +
      `(${rounds} rounds of ${mebibytes} MiB)`,
  )
  if (!cpuIsKnown) console.log('CPU time is not measured: only Linux tells it (/proc/<pid>/stat)')
} finally {
  for (const stop of stops) await stop()
  await rm(folder, { recursive: true, force: true })
}

async function startOurs(): Promise<Contender> {
  const env = { SLUICE_DATA_DIR: join(folder, 'gateway'), SLUICE_LOG_LEVEL: 'warn' }
  const gateway = await startGateway({ env })
  stops.push(() => gateway.stop())
  const { stdout } = await sluice(['token', 'bench@localhost'], { env })
  const headers = { Authorization: `Bearer ${stdout.trim()}` }
  return { name: 'Sluice', url: gateway.url, pid: gateway.pid, headers, mibPerSecond: [], cpuPerGib: [] }
}

async function startPeer(): Promise<Contender> {
  const port = await freePort()
  const directory = join(folder, 'peer')
  await mkdir(directory)
  const program = fileURLToPath(new URL('tus-peer.ts', import.meta.url))
  const child = await Child.start(process.execPath, ['--import=tsx', program, String(port), directory])
  stops.push(() => child.stop())
  await child.waitUntil(() => child.output.includes('listening'), '@tus/server')
  const url = `http://127.0.0.1:${port}`
  return { name: '@tus/server', url, pid: child.pid, headers: {}, mibPerSecond: [], cpuPerGib: [] }
}

async function measure({ url, pid, headers, mibPerSecond, cpuPerGib }: Contender): Promise<void> {
  const cpuBefore = await cpuSeconds(pid)
  const began = performance.now()
  await uploadOnce(url, size, headers)
  mibPerSecond.push(mebibytes / ((performance.now() - began) / 1000))
  cpuPerGib.push(((await cpuSeconds(pid)) - cpuBefore) * (1024 / mebibytes))
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function ratio(ours: readonly number[], peer: readonly number[]): string {
  return (median(ours) / median(peer)).toFixed(2)
}

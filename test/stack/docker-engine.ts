import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Child } from './child.ts'
import { cacheFolder, findProgram } from './find-program.ts'
import type { StackServer } from './stack-server.ts'

const run = promisify(execFile)

/** Where Debian and distributions put what is not for every user. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin']
/** Of what is built into images and into the build cache, kept between runs. */
const KEPT_CACHE = '4GB'

/**
 * A Docker engine: the one that is already running, or else a dockerd of its own, which takes root. What that one
 * builds is kept below the user's cache, so that only the first run takes long; all else of it is temporary.
 * Throws when there is none and none can be started.
 */
export async function startDocker(): Promise<StackServer> {
  await requireCompose()
  const running = await runningEngine()
  if (running) return { address: running, stop: async () => {} }

  const dockerd = await findProgram('dockerd', SYSTEM_FOLDERS)
  if (!dockerd) throw new Error('no Docker engine answers, and dockerd is not installed')
  if (process.getuid?.() !== 0) throw new Error('no Docker engine answers, and only root can start one')

  const folder = await mkdtemp(join(tmpdir(), 'sluice-docker-'))
  const removeFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  const address = `unix://${join(folder, 'docker.sock')}`
  try {
    const kept = cacheFolder('docker', 'engine')
    await mkdir(kept, { recursive: true })
    const child = await startOwn({
      dockerd,
      address,
      folder,
      data: join(kept, 'data'),
      lock: join(kept, 'lock'),
    })
    const stop = async () => {
      await sweep(address)
      await child.stop('SIGTERM', 60_000)
      await removeFolder()
    }
    try {
      await child.waitUntil(() => engineAnswers(address), 'dockerd', 60_000)
      await sweep(address)
    } catch (error) {
      await stop()
      throw error
    }
    return { address, stop }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

/** Another run may have the kept data: two engines on one folder would ruin it, so the second takes a new one. */
async function startOwn(options: {
  dockerd: string
  address: string
  folder: string
  data: string
  lock: string
}): Promise<Child> {
  const { dockerd, address, folder, data, lock } = options
  const free = await run('flock', ['--nonblock', lock, 'true']).then(
    () => true,
    () => false,
  )
  const args = [
    `--data-root=${free ? data : join(folder, 'data')}`,
    `--exec-root=${join(folder, 'exec')}`,
    `--pidfile=${join(folder, 'docker.pid')}`,
    `--host=${address}`,
    '--log-level=warn',
  ]
  const command = free ? ['flock', '--nonblock', '--no-fork', lock, dockerd, ...args] : [dockerd, ...args]
  return Child.start(String(command[0]), command.slice(1), { detached: true })
}

/** Removes what a run that was killed left in an engine of our own, and the oldest of what was built. */
async function sweep(address: string): Promise<void> {
  const docker = (...args: string[]) => run('docker', args, { env: { ...process.env, DOCKER_HOST: address } })
  try {
    const { stdout } = await docker('ps', '--all', '--quiet')
    const containers = stdout.split('\n').filter(Boolean)
    if (containers.length > 0) await docker('rm', '--force', '--volumes', ...containers)
    await docker('network', 'prune', '--force')
    await docker('volume', 'prune', '--force')
    await docker('image', 'prune', '--force')
    await docker('builder', 'prune', '--force', '--keep-storage', KEPT_CACHE)
  } catch {
    // an engine that cannot be swept is about to end, or will say so when it is used
  }
}

async function runningEngine(): Promise<string | undefined> {
  const address = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
  return (await engineAnswers(address)) ? address : undefined
}

async function engineAnswers(address: string): Promise<boolean> {
  return run('docker', ['version', '--format', '{{.Server.Version}}'], {
    env: { ...process.env, DOCKER_HOST: address },
    timeout: 10_000,
  }).then(
    () => true,
    () => false,
  )
}

/** `docker compose` of version 2, the user's own or the one that `.ci/run` builds. */
async function requireCompose(): Promise<void> {
  if (!(await findProgram('docker'))) throw new Error('docker is not on PATH')
  await run('docker', ['compose', 'version'], { env: { ...process.env, ...(await dockerConfig()) } }).catch(
    () => {
      throw new Error('docker has no compose plugin, and .ci/run has built none')
    },
  )
}

/** Environment variables that give `docker` the compose plugin that `.ci/run` builds, if it did. */
export async function dockerConfig(): Promise<{ DOCKER_CONFIG?: string }> {
  const version = (await readFile(new URL('compose-version', import.meta.url), 'utf8')).trim()
  const folder = cacheFolder('compose', version)
  return (await findProgram('docker-compose', [join(folder, 'cli-plugins')]))?.startsWith(folder)
    ? { DOCKER_CONFIG: folder }
    : {}
}

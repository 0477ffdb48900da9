import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSDK, type Downloaded, folderStore } from '@sluice/client'
import { decodeUploads, encodeDelete, encodeUploads, type UploadStatus } from '@sluice/protocol'
import { openPglite } from '../../packages/gateway/src/database/pglite-database.ts'
import { freePort } from '../stack/free-port.ts'
import { type Gateway, startGateway } from '../stack/gateway.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { StanzaUser } from '../stack/stanza-user.ts'
import { TcpProxy } from '../stack/tcp-proxy.ts'
import { closeWay, openLink, openWay, type StanzaWay } from './device-link.ts'
import { sendEarlyLink } from './early-link.ts'
import { openForeignLink } from './foreign-link.ts'
import { observedStore } from './observed-store.ts'
import type { Account, Device, DeviceOptions, Newcomer, Stage, StageFile } from './stage.ts'

const MIB = 1024 * 1024

/** The standalone gateway on embedded defaults, devices on Node. */
export class StandaloneStage implements Stage {
  readonly maxUploadBytes = 64 * MIB
  readonly #folder: string
  readonly #port: number
  /** What the gateway calls its public address: the bytes of every device's HTTP go through here. */
  readonly #http: TcpProxy
  #gateway: Gateway
  readonly #ways = new Set<StanzaWay>()

  private constructor(folder: string, port: number, http: TcpProxy, gateway: Gateway) {
    this.#folder = folder
    this.#port = port
    this.#http = http
    this.#gateway = gateway
  }

  static async open(): Promise<StandaloneStage> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-manual-'))
    const port = await freePort()
    const http = await TcpProxy.open(`http://127.0.0.1:${port}`)
    return new StandaloneStage(folder, port, http, await launch(folder, port, http.url))
  }

  account(): Promise<Account> {
    return this.newcomer().arrive()
  }

  newcomer(): Newcomer {
    const username = `u${randomUUID().slice(0, 8)}`
    const account = { username, password: 'correct horse', jid: `${username}@localhost` }
    return {
      jid: account.jid,
      arrive: async () => {
        const device = await this.idleDevice()
        const registered = await device.sdk.register(username, account.password)
        if (registered.statusCode !== 200) throw new Error(registered.message)
        await device.close()
        return account
      },
    }
  }

  async device(account: Account, options: DeviceOptions = {}): Promise<Device> {
    const device = await this.idleDevice({ store: account.username + randomUUID(), ...options })
    const connected = await device.sdk.connect(account.username, account.password)
    if (connected.statusCode !== 200) throw new Error(connected.message)
    return device
  }

  async idleDevice(options: DeviceOptions = {}): Promise<Device> {
    const way = await openWay(`http://127.0.0.1:${this.#port}`)
    this.#ways.add(way)
    const sdk = createSDK()
    const folder = join(this.#folder, 'stores', options.store ?? randomUUID())
    await mkdir(folder, { recursive: true })
    const { store, held } = observedStore(folderStore(folder))
    const { listeners, onLog } = options
    await sdk.initializeSDK({
      serverUrl: way.url,
      domain: 'localhost',
      store,
      ...(listeners && { callbackListeners: listeners }),
      ...(onLog && { onLog }),
    })
    return {
      sdk,
      link: openLink(way, this.#http),
      held,
      close: async () => {
        await sdk.disconnect()
        await closeWay(way)
        this.#ways.delete(way)
      },
    }
  }

  async file(size: number, options: { seed?: string; name?: string } = {}): Promise<StageFile> {
    const folder = await mkdtemp(join(this.#folder, 'file-'))
    const name = options.name ?? 'photo.jpg'
    const path = join(folder, name)
    if (size > this.maxUploadBytes) {
      await writeFile(path, '')
      await truncate(path, size)
      return { file: path, name, size, sha256: '' }
    }
    const bytes = new SeededBytes(options.seed ?? randomUUID(), size)
    await writeFile(path, bytes.from(0, MIB))
    return { file: path, name, size, sha256: bytes.sha256() }
  }

  changeFile(file: StageFile, at: number): Promise<void> {
    return turnOver(String(file.file), at)
  }

  removeFile(file: StageFile): Promise<void> {
    return rm(String(file.file))
  }

  async sha256(_: Device, downloaded: Downloaded | undefined): Promise<string> {
    if (!downloaded?.path) throw new Error('the download has no path')
    const hash = createHash('sha256')
    for await (const piece of createReadStream(downloaded.path)) hash.update(piece as Buffer)
    return hash.digest('hex')
  }

  async uploadBecomes(owner: Account, messageId: string, wanted: (upload: UploadStatus) => boolean) {
    const user = await StanzaUser.login(this.#gateway.url, owner.username, owner.password)
    try {
      let upload: UploadStatus | undefined
      for (let tries = 0; tries < 600; tries++) {
        const uploads = decodeUploads(await user.ask('get', encodeUploads()))
        upload = uploads.find(({ offer }) => offer.messageId === messageId)
        if (upload && wanted(upload)) return upload
        await sleep(50)
      }
      throw new Error(`The upload stays ${JSON.stringify(upload)}`)
    } finally {
      await user.close()
    }
  }

  async deleteMedia(owner: Account, messageId: string): Promise<void> {
    const { mediaId } = await this.#row(messageId)
    const user = await StanzaUser.login(this.#gateway.url, owner.username, owner.password)
    await user.ask('set', encodeDelete(mediaId))
    await user.close()
  }

  async expireUpload(messageId: string): Promise<void> {
    await this.#inDatabase((query) =>
      query(`update upload set expires_at = now() - interval '1 second' where message_id = $1`, [messageId]),
    )
    await this.#gateway.logged('"event":"expire"')
  }

  async corruptMedia(messageId: string): Promise<void> {
    const { uploadId } = await this.#row(messageId)
    const blobs = await readdir(this.#folder, { recursive: true, withFileTypes: true })
    const blob = blobs.find(
      (entry) => entry.isFile() && join(entry.parentPath, entry.name).includes(uploadId),
    )
    if (!blob) throw new Error(`no object of ${uploadId}`)
    const path = join(blob.parentPath, blob.name)
    await turnOver(path, (await stat(path)).size >> 1)
  }

  foreignLink(from: Account, to: Account, messageId: string, size: number) {
    return openForeignLink(this.#gateway.url, { from, to, messageId, size })
  }

  earlyLink(from: Account, to: Account, messageId: string, size: number): Promise<void> {
    return sendEarlyLink(this.#gateway.url, { from, to, messageId, size })
  }

  killGateway(): Promise<void> {
    return this.#gateway.kill('SIGKILL')
  }

  async startGateway(): Promise<void> {
    this.#gateway = await launch(this.#folder, this.#port, this.#http.url)
  }

  async close(): Promise<void> {
    for (const way of this.#ways) await closeWay(way)
    await this.#http.close()
    await this.#gateway.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #row(messageId: string): Promise<{ uploadId: string; mediaId: string }> {
    const rows = await this.#inDatabase((query) =>
      query(
        `select u.id as "uploadId", m.id as "mediaId" from upload u join media m on m.upload_id = u.id where u.message_id = $1`,
        [messageId],
      ),
    )
    return rows[0] as { uploadId: string; mediaId: string }
  }

  /** The embedded database belongs to the gateway's process, so the gateway rests meanwhile. */
  async #inDatabase(
    work: (query: (text: string, values: unknown[]) => Promise<object[]>) => Promise<object[]>,
  ): Promise<object[]> {
    await this.#gateway.stop()
    const database = await openPglite(join(this.#folder, 'data', 'database'))
    const rows = await work(async (text, values) => (await database.query(text, values)).rows)
    await database.close()
    await this.startGateway()
    return rows
  }
}

function launch(folder: string, port: number, publicUrl: string): Promise<Gateway> {
  return startGateway({
    env: {
      SLUICE_PORT: String(port),
      SLUICE_PUBLIC_URL: publicUrl,
      SLUICE_DATA_DIR: join(folder, 'data'),
      SLUICE_MAX_UPLOAD_BYTES: String(64 * MIB),
      SLUICE_REGISTRATION: 'open',
    },
  })
}

/** Turns one byte of the file over. */
async function turnOver(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  byte[0] = (byte[0] ?? 0) ^ 1
  await file.write(byte, 0, 1, at)
  await file.close()
}

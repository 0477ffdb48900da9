import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Downloaded } from '@sluice/client'
import { decodeUploads, encodeDelete, encodeUploads, type UploadStatus } from '@sluice/protocol'
import type { StanzaUser } from '../stack/stanza-user.ts'
import type { ChatSide } from './chat-side.ts'
import { closeWay, openLink, openWay, type StanzaWay } from './device-link.ts'
import type { DeviceSide } from './device-side.ts'
import { sendEarlyLink } from './early-link.ts'
import { openForeignLink } from './foreign-link.ts'
import type { GatewaySide } from './gateway-side.ts'
import { nodeDevices } from './node-devices.ts'
import type { Account, Device, DeviceOptions, Newcomer, Stage, StageFile } from './stage.ts'

const MIB = 1024 * 1024

/** Devices on Node or of another kind, any gateway, and any chat server. */
export class GatewayStage implements Stage {
  /** What every stage's gateway is to be started with. */
  static readonly maxUploadBytes = 64 * MIB
  static readonly gatewayEnvironment = { SLUICE_MAX_UPLOAD_BYTES: String(GatewayStage.maxUploadBytes) }

  readonly maxUploadBytes = GatewayStage.maxUploadBytes
  readonly #folder: string
  readonly #gateway: GatewaySide
  readonly #chat: ChatSide
  readonly #devices: DeviceSide
  readonly #ways = new Set<StanzaWay>()
  #closing: Promise<void> | undefined

  /** `folder` is the stage's own, and goes with it. */
  constructor({
    folder,
    gateway,
    chat,
    devices,
  }: {
    folder: string
    gateway: GatewaySide
    chat: ChatSide
    devices?: DeviceSide | undefined
  }) {
    this.#folder = folder
    this.#devices = devices ?? nodeDevices(folder, this)
    this.#gateway = gateway
    this.#chat = chat
  }

  account(): Promise<Account> {
    return this.newcomer().arrive()
  }

  newcomer(): Newcomer {
    const username = `u${randomUUID().slice(0, 8)}`
    const account = { username, password: 'correct horse', jid: `${username}@${this.#chat.domain}` }
    return {
      jid: account.jid,
      arrive: async () => {
        await this.#chat.register(account)
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
    const way = await openWay(this.#chat.address)
    this.#ways.add(way)
    const where = { ...this.#chat.sdkOptions(way.url), domain: this.#chat.domain }
    const { sdk, held, close } = await this.#devices.open(where, { store: randomUUID(), ...options })
    return {
      sdk,
      link: openLink(way, this.#gateway.http),
      held,
      close: async () => {
        await close()
        await closeWay(way)
        this.#ways.delete(way)
      },
    }
  }

  file(size: number, options: { seed?: string; name?: string } = {}): Promise<StageFile> {
    return this.#devices.file(size, options)
  }

  changeFile(file: StageFile, at: number): Promise<void> {
    return this.#devices.changeFile(file, at)
  }

  removeFile(file: StageFile): Promise<void> {
    return this.#devices.removeFile(file)
  }

  sha256(_: Device, downloaded: Downloaded | undefined): Promise<string> {
    return this.#devices.sha256(downloaded)
  }

  uploadBecomes(owner: Account, messageId: string, wanted: (upload: UploadStatus) => boolean) {
    return this.#as(owner, async (user) => {
      let upload: UploadStatus | undefined
      for (let tries = 0; tries < 600; tries++) {
        const uploads = decodeUploads(await user.ask('get', encodeUploads()))
        upload = uploads.find(({ offer }) => offer.messageId === messageId)
        if (upload && wanted(upload)) return upload
        await sleep(50)
      }
      throw new Error(`The upload stays ${JSON.stringify(upload)}`)
    })
  }

  async deleteMedia(owner: Account, mediaId: string): Promise<void> {
    await this.#as(owner, (user) => user.ask('set', encodeDelete(mediaId)))
  }

  async expireUpload(messageId: string): Promise<void> {
    await this.#gateway.expireUpload(messageId)
    await this.#chat.reachesGateway()
  }

  corruptMedia(messageId: string): Promise<void> {
    return this.#gateway.corruptMedia(messageId)
  }

  foreignLink(from: Account, to: Account, messageId: string, size: number) {
    return this.#as(from, (user) => openForeignLink(user, { to, messageId, size }))
  }

  earlyLink(from: Account, to: Account, messageId: string, size: number): Promise<void> {
    return this.#as(from, (user) => sendEarlyLink(user, { to, messageId, size }))
  }

  killGateway(): Promise<void> {
    return this.#gateway.kill()
  }

  async startGateway(): Promise<void> {
    await this.#gateway.startAgain()
    await this.#chat.reachesGateway()
  }

  /** Twice does nothing more. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#devices.close()
    for (const way of this.#ways) await closeWay(way)
    await this.#gateway.close()
    await this.#chat.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Someone who speaks stanzas only, logged in as that account for as long as the work takes. */
  async #as<T>(account: Account, work: (user: StanzaUser) => Promise<T>): Promise<T> {
    const user = await this.#chat.login(account)
    try {
      return await work(user)
    } finally {
      await user.close()
    }
  }
}

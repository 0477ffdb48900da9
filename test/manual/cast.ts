import type { UploadStatus } from '@sluice/protocol'
import { Inbox, Observed } from './observed.ts'
import type { Account, Device, Stage, StageFile } from './stage.ts'

export const MIB = 1024 * 1024

/** Bytes that a link may have sent beside those of the file from the offset on: headers and stanzas. */
export const OVERHEAD = 64 * 1024

/** Alice sends, Bob receives: what nearly every test of the manual starts from. */
export class Cast {
  readonly stage: Stage
  readonly alice: Account
  readonly bob: Account
  /** Alice's device; its link up is slow enough to be stopped in the middle. */
  readonly sender: Device
  readonly receiver: Device
  readonly inbox: Inbox
  readonly #devices: Device[]

  private constructor(
    stage: Stage,
    alice: Account,
    bob: Account,
    sender: Device,
    receiver: Device,
    inbox: Inbox,
  ) {
    this.stage = stage
    this.alice = alice
    this.bob = bob
    this.sender = sender
    this.receiver = receiver
    this.inbox = inbox
    this.#devices = [sender, receiver]
  }

  static async enter(stage: Stage): Promise<Cast> {
    const [alice, bob] = [await stage.account(), await stage.account()]
    const inbox = new Inbox()
    const [sender, receiver] = await Promise.all([
      stage.device(alice, { store: alice.username }),
      stage.device(bob, { store: bob.username, listeners: { messageListener: inbox.listener } }),
    ])
    sender.link.shape('up', 4 * MIB)
    return new Cast(stage, alice, bob, sender, receiver, inbox)
  }

  /** Another device of Alice, or hers again after a reload (`store` her user name). */
  async aliceAgain(store?: string): Promise<Device> {
    const device = await this.stage.device(this.alice, store ? { store } : {})
    this.#devices.push(device)
    return device
  }

  async bobAgain(store?: string): Promise<Device> {
    const device = await this.stage.device(this.bob, store ? { store } : {})
    this.#devices.push(device)
    return device
  }

  /** A device of an account that has nothing to do with any of this. */
  async stranger(): Promise<Device> {
    const device = await this.stage.device(await this.stage.account())
    this.#devices.push(device)
    return device
  }

  /** The manual's call, from Alice to Bob. */
  send(
    file: StageFile,
    options: {
      msgId?: string
      device?: Device
      to?: string
      caption?: string
      replyMessageId?: string
      metaData?: Record<string, unknown>
    } = {},
  ) {
    const { sdk } = options.device ?? this.sender
    return new Observed(
      sdk.sendMediaFileMessage({
        toJid: options.to ?? this.bob.jid,
        messageType: 'image',
        fileMessageParams: {
          file: file.file,
          caption: options.caption ?? '',
          ...(options.msgId ? { msgId: options.msgId } : {}),
        },
        replyMessageId: options.replyMessageId ?? '',
        ...(options.metaData && { metaData: options.metaData }),
      }),
    )
  }

  resume(id: string, device: Device = this.sender, file?: StageFile) {
    return new Observed(
      device.sdk.resumeMediaUpload(
        id,
        undefined,
        undefined,
        undefined,
        file ? { file: file.file } : undefined,
      ),
    )
  }

  download(id: string, device: Device = this.receiver) {
    return new Observed(device.sdk.downloadMedia(id))
  }

  /** What the gateway says of Alice's upload, once that is what is `wanted`. */
  gatewaySays(id: string, wanted: (upload: UploadStatus) => boolean): Promise<UploadStatus> {
    return this.stage.uploadBecomes(this.alice, id, wanted)
  }

  /** Resolves once Bob has a text that came behind all that Alice's device sent him before. */
  async behind(device: Device = this.sender): Promise<void> {
    const sent = await device.sdk.sendTextMessage({ toJid: this.bob.jid, message: 'behind' })
    if (!sent.data) throw new Error(sent.message)
    await this.inbox.got(sent.data.msgId)
  }

  /** A media message that has reached Bob, whole. */
  async delivered(size = MIB): Promise<{ id: string; mediaId: string; file: StageFile }> {
    const file = await this.stage.file(size)
    this.sender.link.shape('up', undefined)
    const sent = this.send(file)
    const id = await sent.id
    const result = await sent.result
    if (result.statusCode !== 200) throw new Error(result.message)
    const { mediaId } = (await this.inbox.got(id)).msgBody.media ?? {}
    if (!mediaId) throw new Error('The message has no media')
    this.sender.link.shape('up', 4 * MIB)
    return { id, mediaId, file }
  }

  async leave(): Promise<void> {
    for (const { link } of this.#devices) {
      link.release('up')
      link.release('down')
      link.restore()
      link.shape('up', undefined)
      link.shape('down', undefined)
    }
    for (const device of this.#devices) await device.close()
  }
}

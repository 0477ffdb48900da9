import type { Downloaded, Facade } from '@sluice/client'
import type { DeviceOptions, StageFile } from './stage.ts'

/** An SDK in a place of its own. */
export interface OpenedDevice {
  readonly sdk: Facade
  held(messageId: string): Promise<number>
  /** Twice does nothing more. */
  close(): Promise<void>
}

/** What a stage does in another way on Node and in pages: devices, and the files that they send. */
export interface DeviceSide {
  /** A device whose SDK is initialized with what tells it where the server is. */
  open(
    where: { domain: string } & ({ serverUrl: string } | { websocketUrl: string }),
    options: DeviceOptions & { store: string },
  ): Promise<OpenedDevice>
  file(size: number, options: { seed?: string; name?: string }): Promise<StageFile>
  changeFile(file: StageFile, at: number): Promise<void>
  removeFile(file: StageFile): Promise<void>
  sha256(downloaded: Downloaded | undefined): Promise<string>
  close(): Promise<void>
}

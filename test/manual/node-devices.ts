import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createSDK, folderStore } from '@sluice/client'
import type { DeviceSide } from './device-side.ts'
import { downloadedSha256, nodeFile, turnOver } from './node-files.ts'
import { observedStore } from './observed-store.ts'

/** Devices in this process, with their stores and files below `folder`. */
export function nodeDevices(folder: string, { maxUploadBytes }: { maxUploadBytes: number }): DeviceSide {
  return {
    async open(where, { store: name, listeners, onLog }) {
      const sdk = createSDK()
      const path = join(folder, 'stores', name)
      await mkdir(path, { recursive: true })
      const { store, held } = observedStore(folderStore(path))
      await sdk.initializeSDK({
        ...where,
        store,
        ...(listeners && { callbackListeners: listeners }),
        ...(onLog && { onLog }),
      })
      const close = async () => {
        await sdk.disconnect()
      }
      return { sdk, held, close }
    },
    file: (size, options) => nodeFile(folder, size, { ...options, sparseFrom: maxUploadBytes }),
    changeFile: (file, at) => turnOver(String(file.file), at),
    removeFile: (file) => rm(String(file.file)),
    sha256: downloadedSha256,
    close: async () => {},
  }
}

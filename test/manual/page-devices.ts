import { randomUUID } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { PageServer } from '../browser/page-server.ts'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import type { DeviceSide } from './device-side.ts'
import type { Driver } from './page/driver.ts'
import { PageLink, type RemoteBlob } from './page-link.ts'
import { PageProfiles } from './page-profiles.ts'
import type { StageFile } from './stage.ts'

declare const driver: Driver

/** Devices that are pages of one browser, and the files that they pick. */
export async function pageDevices(
  browser: Browser,
  { maxUploadBytes }: { maxUploadBytes: number },
): Promise<DeviceSide> {
  const bytes = new Map<string, SeededBytes>()
  const files = new Map<unknown, { $file: string; name: string }>()
  /** The stores of those who picked the file. */
  const picked = new Map<string, ReadonlySet<string>>()
  const server = await PageServer.open({
    entry: new URL('page/driver.ts', import.meta.url),
    inOneFile: true,
    respond: (path) => bytes.get(path.replace(/^file\//, ''))?.from(0, 1024 ** 2),
  })
  const profiles = new PageProfiles(browser, server.url)
  const wherePicked = async (file: unknown, work: (page: Page) => Promise<void>) => {
    for (const store of picked.get(String(file)) ?? []) {
      const page = await profiles.beside(store)
      await work(page)
      await page.close()
    }
  }
  return {
    async open(where, { store, listeners, onLog }) {
      const page = await profiles.open(store)
      const onPick = (key: string) => picked.set(key, new Set([...(picked.get(key) ?? []), store]))
      const link = await PageLink.open(page, { files, onPick })
      await link.sdk.initializeSDK({
        ...where,
        ...(listeners && { callbackListeners: listeners }),
        ...(onLog && { onLog }),
      })
      let closing: Promise<void> | undefined
      const close = () => {
        closing ??= link.close(() => profiles.close(store))
        return closing
      }
      return { sdk: link.sdk, held: (id) => link.held(id), close }
    },
    async file(size, { seed = randomUUID(), name = 'photo.jpg' }) {
      const key = `file-${files.size}`
      const held = new SeededBytes(seed, size)
      bytes.set(key, held)
      files.set(key, { $file: key, name })
      return { file: key, name, size, sha256: size > maxUploadBytes ? '' : held.sha256() }
    },
    async changeFile({ file }: StageFile, at) {
      const held = files.get(file)
      if (!held) throw new Error(`no file ${file}`)
      await wherePicked(file, (page) =>
        page.evaluate(([f, a]) => driver.changeByte(f, a), [held, at] as const),
      )
    },
    async removeFile({ file }: StageFile) {
      const held = files.get(file)
      if (!held) throw new Error(`no file ${file}`)
      await wherePicked(file, (page) => page.evaluate((f) => driver.removeFile(f), held))
    },
    async sha256(downloaded) {
      const blob = downloaded?.blob as unknown as RemoteBlob | undefined
      if (!blob) throw new Error('the download has no bytes')
      return blob.sha256()
    },
    async close() {
      await profiles.end()
      await server.close()
    },
  }
}

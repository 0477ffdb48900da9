import { expect } from 'chai'
import { SeededBytes } from '../stack/seeded-bytes.ts'
import { download, headOffset, patch, status, type TusUpload } from '../stack/tus-upload.ts'
import type { ComposeStack, Service } from './compose-stack.ts'
import type { ContainerStage } from './container-stage.ts'

const MIB = 1024 * 1024
const SIZE = 48 * MIB
const BYTES_PER_SECOND = 12 * MIB

/** Each part of the stack crashes once in the middle of an upload, and comes back by itself. */
export function describeCrashes(opened: () => ContainerStage): void {
  const parts: readonly ((stack: ComposeStack) => Service)[] = [
    ({ gateway }) => gateway,
    () => 'postgres',
    () => 'minio',
  ]
  for (const [index, title] of ['the gateway', 'PostgreSQL', 'MinIO'].entries()) {
    it(`loses nothing acknowledged when ${title} is killed in mid-upload, and goes on when it is back (I2)`, async () => {
      const { stack, stage, chat } = opened()
      const service = String(parts[index]?.(stack)) as Service
      const file = new SeededBytes(title, SIZE)
      const user = await chat.login(await stage.account())
      const slot = await user.offer({ size: SIZE })
      await user.close()
      const upload: TusUpload = { url: slot.uploadUrl, token: slot.token }
      const restartsBefore = await stack.restarts(service)

      let crashIsOver = () => {}
      const crash = new Promise<void>((resolve) => {
        crashIsOver = resolve
      })
      const sending = patch(upload, file, {
        from: 0,
        bytesPerSecond: BYTES_PER_SECOND,
        // The second half is sent once the crash is over: whatever the part's death does to it, it does in here.
        hold: { at: SIZE / 2, until: crash },
      }).catch((error: unknown) => error)
      let acknowledged = 0
      while (acknowledged < SIZE / 4) acknowledged = (await status(upload)).committed
      await stack.crash(service)
      crashIsOver()
      await sending

      await stack.ready()
      expect(await stack.restarts(service), 'times that the engine has started it again').to.equal(
        restartsBefore + 1,
      )
      let offset = await answer(() => headOffset(upload))
      expect(offset).to.be.at.least(acknowledged)
      while (offset < SIZE) {
        await patch(upload, file, { from: offset })
        offset = await answer(() => headOffset(upload))
      }
      expect((await status(upload)).state).to.equal('complete')
      expect(await download(slot.getUrl)).to.deep.equal({ status: 200, bytes: SIZE, sha256: file.sha256() })
    })
  }
}

/** Asks until there is an answer, as a client does while a server is away. */
async function answer<T>(question: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 60_000
  for (;;) {
    try {
      return await question()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

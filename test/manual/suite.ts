import { cancelFinishingUploadRows } from './cancel-finishing-upload.ts'
import { cancelUploadRows } from './cancel-upload.ts'
import { Cast } from './cast.ts'
import { downloadRows } from './download.ts'
import { goneMediaRows } from './gone-media.ts'
import { manualPage } from './manual-page.ts'
import { persistenceRows } from './persistence.ts'
import { refusalRows } from './refusals.ts'
import { resumeUploadRows } from './resume-upload.ts'
import { ruleRows } from './rules.ts'
import type { Stage } from './stage.ts'

/** The manual's page and every row of the SDK's table, on any stage. */
export function describeManual(name: string, open: (context: Mocha.Context) => Promise<Stage>): void {
  describe(`the manual, on ${name}`, function () {
    this.timeout(60_000)
    let stage: Stage
    let cast: Cast

    before(async function () {
      // A chat server, a gateway and a browser: on a busy machine that takes its time.
      this.timeout(180_000)
      stage = await open(this)
    })
    beforeEach(async () => {
      cast = await Cast.enter(stage)
    })
    afterEach(() => cast?.leave())
    after(() => stage?.close())

    for (const rows of [
      manualPage,
      cancelUploadRows,
      cancelFinishingUploadRows,
      refusalRows,
      resumeUploadRows,
      persistenceRows,
      downloadRows,
      goneMediaRows,
      ruleRows,
    ]) {
      rows(() => cast)
    }
  })
}

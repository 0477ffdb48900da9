import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { ChatStage } from './chat-stage.ts'
import { ChatUser, twoContacts } from './chat-user.ts'
import { drawSamples } from './sample-media.ts'
import { slowed } from './slowed.ts'

const SHOWN = fileURLToPath(new URL('../../docs/images/', import.meta.url))

/**
 * The pictures of the README, taken anew by each run; `npm run screenshots` keeps them. Of those that are kept only the size is
 * held to the new ones: the time of the day is in them.
 */
describe('the pictures of the README', function () {
  this.timeout(120_000)
  const keep = process.env.SLUICE_TEST_SCREENSHOTS
  let own: string
  let folder: string
  let stage: ChatStage
  let anna: ChatUser
  let ben: ChatUser

  before(async function () {
    stage = await ChatStage.open(this)
    own = await mkdtemp(join(tmpdir(), 'sluice-pictures-'))
    folder = keep ?? own
    await mkdir(folder, { recursive: true })
    ;[anna, ben] = await twoContacts(stage.browser, stage.url, ['anna', 'ben'])
  })
  after(async () => {
    await anna?.close()
    await ben?.close()
    await stage?.close()
    if (own) await rm(own, { recursive: true })
  })

  const taken = async ({ page }: ChatUser, name: string) => {
    await page.screenshot({ path: join(folder, name), animations: 'disabled', caret: 'hide' })
    expect(await sizeOf(join(SHOWN, name))).to.deep.equal(await sizeOf(join(folder, name)))
  }

  it('show the tour', async () => {
    const tour = await ChatUser.open(stage.browser, `${stage.url}/#tour`, {
      viewport: { width: 1280, height: 880 },
    })
    const film = join(own, 'holiday.mp4')
    await writeFile(film, Buffer.alloc(40_000_000, 'film'))
    await tour.page.locator('button:enabled', { hasText: /^Make a / }).waitFor()
    await tour.page.getByLabel('Your own file').setInputFiles(film)
    await tour.page.waitForFunction(
      () => Number(document.querySelector('.tour-bar-committed')?.getAttribute('aria-valuenow')) >= 20,
    )
    for (const [what, line] of [
      ['Cancel', /Cancelled/],
      ['Resume', /Resumed/],
      ['Cut the network', /was cut/],
      ['Restore the network', /is back/],
    ] as const) {
      await tour.button(new RegExp(`^${what}`)).click()
      await tour.page.locator('.tour-line', { hasText: line }).first().waitFor()
    }
    await taken(tour, 'tour.png')
    await tour.close()
  })

  it('show the chat', async () => {
    await anna.page.setViewportSize({ width: 1280, height: 880 })
    for (const [name, text] of [
      ['dora', 'See you on Thursday!'],
      ['chris', 'The slides are in the usual place.'],
    ] as const) {
      const other = await ChatUser.registered(stage.browser, stage.url, name)
      await other.begin('anna')
      await anna.accept(name)
      await other.say(text)
      await anna.message(text).waitFor()
      await other.close()
    }
    await anna.row('ben').click()
    const { photo, otherPhoto, video } = await drawSamples(anna.page)
    await ben.attach([photo])
    await ben.page.getByLabel('Caption for lake.jpg').fill('The lake, right after sunrise')
    await ben.inDialog('Send').click()
    const picture = anna.message('The lake')
    await picture.hover()
    await picture.getByRole('button', { name: 'Reply to ben' }).click()
    await anna.say('Beautiful! I have the whole day on film: https://example.org/lake')
    await ben.message('Beautiful!').waitFor()
    await ben.say('Send me everything, I will wait.')
    await anna.message('Send me everything').waitFor()
    await slowed(anna)
    const uncut = { ...video, name: 'The whole day.mkv', mimeType: 'video/x-matroska' }
    await anna.sendFiles([uncut])
    await anna
      .message('The whole day')
      .getByText(/^[23].* left/)
      .waitFor()
    await ben.field.pressSequentially('W')
    await anna.page.getByText('ben is typing …').waitFor()
    await anna.page.mouse.move(640, 130)
    await taken(anna, 'chat.png')
    await anna.button(/^Discard/).click()
    await ben.field.fill('')
    await ben.sendFiles([otherPhoto])
    await ben.page.locator('.message').last().getByLabel('Seen', { exact: true }).waitFor()
  })

  it('show the chat on a phone, in the dark', async () => {
    await ben.page.emulateMedia({ colorScheme: 'dark' })
    await ben.page.setViewportSize({ width: 390, height: 800 })
    await ben.page.waitForFunction(() => {
      const log = document.querySelector('.log') as HTMLElement
      log.scrollTop = log.scrollHeight
      return [...document.images].every(({ complete }) => complete)
    })
    await taken(ben, 'phone.png')
  })
})

/** Pixels, by the header of a PNG. */
async function sizeOf(path: string): Promise<{ width: number; height: number }> {
  const bytes = await readFile(path)
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

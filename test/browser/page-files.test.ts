import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Locator } from 'playwright-core'
import { ChatStage } from './chat-stage.ts'
import { ChatUser, twoContacts } from './chat-user.ts'
import { drawSamples, type SampleFile, type SampleMedia, sampleSound } from './sample-media.ts'
import { slowed } from './slowed.ts'

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

function documentOf(name: string, bytes: number): SampleFile {
  return { name, mimeType: 'application/pdf', buffer: randomBytes(bytes) }
}

describe('files in the chat of the page', function () {
  this.timeout(120_000)
  let stage: ChatStage
  let alice: ChatUser
  let bob: ChatUser
  let media: SampleMedia

  before(async function () {
    stage = await ChatStage.open(this)
    ;[alice, bob] = await twoContacts(stage.browser, stage.url, ['alice', 'bob'])
    media = await drawSamples(alice.page)
  })
  after(async () => {
    await alice?.close()
    await bob?.close()
    await stage?.close()
  })

  const isShown = (image: Locator) =>
    image.evaluate(async (element: HTMLImageElement) => {
      await element.decode()
      return element.naturalWidth
    })

  it('come several at once, with captions, and images open in a light box', async () => {
    await alice.attach([media.photo, media.otherPhoto])
    await alice.page.getByLabel('Caption for lake.jpg').fill('Right after sunrise')
    await alice.page.getByLabel('Caption for evening.jpg').fill('And late')
    await alice.page.getByLabel('Caption for evening.jpg').press('Enter')
    const photo = bob.message('Right after sunrise')
    await bob.message('And late').waitFor()
    await photo.waitFor()
    expect(await isShown(photo.locator('.image-body-full'))).to.equal(1600)
    await photo.getByRole('button', { name: 'Open image Right after sunrise' }).click()
    const box = bob.page.getByRole('dialog', { name: 'Image' })
    expect(await isShown(box.getByRole('img'))).to.equal(1600)
    await bob.page.keyboard.press('z')
    await box.getByRole('button', { name: 'Fit into the window' }).waitFor()
    await bob.page.keyboard.press('z')
    const names = new Set<string | null>()
    for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowRight']) {
      await bob.page.keyboard.press(key)
      names.add(await box.locator('.light-box-name').textContent())
    }
    expect([...names].sort()).to.deep.equal(['evening.jpg', 'lake.jpg'])
    const saving = bob.page.waitForEvent('download')
    await box.getByRole('link', { name: /^Download/ }).click()
    expect((await saving).suggestedFilename()).to.match(/^(lake|evening)\.jpg$/)
    await bob.page.keyboard.press('Escape')
    await box.waitFor({ state: 'detached' })
    await bob.page.waitForFunction(() =>
      document.activeElement?.getAttribute('aria-label')?.startsWith('Open image'),
    )
  })

  it('can be videos that seek before they are fully loaded', async () => {
    const ranges: string[] = []
    bob.page.on('request', async (request) => {
      const { range } = await request.allHeaders()
      if (range && request.url().includes('/media/')) ranges.push(range)
    })
    await alice.sendFiles([media.video])
    const video = bob.message('the-day.webm').locator('video')
    await video.waitFor()
    const loaded = await video.evaluate(async (player: HTMLVideoElement) => {
      const event = (name: string) =>
        new Promise((resolve) => player.addEventListener(name, resolve, { once: true }))
      if (player.readyState < HTMLMediaElement.HAVE_METADATA) await event('loadedmetadata')
      const seeked = event('seeked')
      player.currentTime = 17
      await seeked
      let loaded = 0
      for (let part = 0; part < player.buffered.length; part++)
        loaded += player.buffered.end(part) - player.buffered.start(part)
      return { at: player.currentTime, loaded, duration: player.duration }
    })
    expect(loaded.at).to.equal(17)
    expect(loaded.duration).to.equal(20)
    expect(loaded.loaded).to.be.below(15)
    const starts = ranges.map((range) => Number(/^bytes=(\d+)-/.exec(range)?.[1]))
    expect(Math.max(...starts)).to.be.above(media.video.buffer.length / 2)
  })

  it('can be sounds that play', async () => {
    await alice.sendFiles([sampleSound()])
    const sound = bob.message('whistle.wav').locator('audio')
    await sound.waitFor()
    const duration = await sound.evaluate(async (player: HTMLAudioElement) => {
      player.muted = true
      await player.play()
      await new Promise((resolve) => player.addEventListener('ended', resolve, { once: true }))
      return player.duration
    })
    expect(duration).to.equal(1)
  })

  it('can be documents, whose every byte arrives', async () => {
    const plan = documentOf('plan.pdf', 1_200_000)
    await alice.sendFiles([plan])
    const tile = bob.message('plan.pdf')
    await tile.getByText('PDF · 1.2 MB').waitFor()
    const saving = bob.page.waitForEvent('download')
    await tile.getByRole('button', { name: 'Download plan.pdf' }).click()
    const saved = await saving
    expect(saved.suggestedFilename()).to.equal('plan.pdf')
    expect(sha256(await readFile(await saved.path()))).to.equal(sha256(plan.buffer))
  })

  for (const [how, type] of [
    ['dropped', 'drop'],
    ['pasted', 'paste'],
  ] as const) {
    it(`can be ${how}`, async () => {
      const target = type === 'drop' ? alice.page.locator('.conversation') : alice.field
      await target.evaluate(giveFile, { type, name: `${how}.txt` })
      await alice.inDialog('Send').click()
      await bob.message(`${how}.txt`).waitFor()
    })
  }

  it('pause where they are, go on from there, and can be discarded', async () => {
    const throttle = await slowed(alice)
    await alice.sendFiles([documentOf('large.pdf', 6_000_000)])
    const sending = alice.message('large.pdf')
    const bar = sending.getByRole('progressbar', { name: 'Upload of large.pdf' })
    await sending.getByText(/^[1-5].* of 6\.0 MB · .* left/).waitFor()
    await sending.getByRole('button', { name: 'Pause large.pdf' }).click()
    await sending.getByText(/^Paused at [1-5].* of 6\.0 MB/).waitFor()
    const pausedAt = Number(await bar.getAttribute('value'))
    expect(pausedAt).to.be.within(1, 5_999_999)
    await sending.getByRole('button', { name: 'Resume large.pdf' }).click()
    await sending.getByText(/ of 6\.0 MB · .* left/).waitFor()
    expect(Number(await bar.getAttribute('value'))).to.be.at.least(pausedAt)
    await throttle.end()
    await bob.message('large.pdf').waitFor()
    await bar.waitFor({ state: 'detached' })

    const again = await slowed(alice)
    await alice.sendFiles([documentOf('unwanted.pdf', 6_000_000)])
    await alice.button('Discard unwanted.pdf').click()
    await alice.message('unwanted.pdf').waitFor({ state: 'detached' })
    await again.end()
  })

  it('are downloaded in parts, too', async () => {
    const throttle = await slowed(bob)
    const loading = bob.message('large.pdf')
    await loading.getByRole('button', { name: 'Download large.pdf' }).click()
    await loading.getByText(/ of 6\.0 MB · .* left/).waitFor()
    await loading.getByRole('button', { name: 'Pause large.pdf' }).click()
    await loading.getByText(/^Paused at/).waitFor()
    await throttle.end()
    const saving = bob.page.waitForEvent('download')
    await loading.getByRole('button', { name: 'Resume large.pdf' }).click()
    expect((await saving).suggestedFilename()).to.equal('large.pdf')
  })

  it('go on by themselves after the page was loaded again', async () => {
    const throttle = await slowed(alice)
    await alice.sendFiles([documentOf('long.pdf', 8_000_000)])
    await alice
      .message('long.pdf')
      .getByText(/^[1-7].* of 8\.0 MB · .* left/)
      .waitFor()
    const bar = alice.page.getByRole('progressbar', { name: 'Upload of long.pdf' })
    const before = Number(await bar.getAttribute('value'))
    await alice.page.reload()
    await alice
      .message('long.pdf')
      .getByText(/ of 8\.0 MB · .* left/)
      .waitFor()
    expect(Number(await bar.getAttribute('value'))).to.be.at.least(before)
    await throttle.end()
    await bob.message('long.pdf').waitFor()
    await alice.message('long.pdf').getByLabel('Seen', { exact: true }).waitFor()
    expect(await alice.message('long.pdf').count()).to.equal(1)
  })

  it('of other servers are links, and nothing is loaded from there by itself', async () => {
    const elsewhere: string[] = []
    bob.page.on('request', (request) => elsewhere.push(request.url()))
    await alice.say('https://elsewhere.example/cat.png')
    await bob.message('elsewhere.example').waitFor()
    expect(elsewhere.filter((url) => url.includes('elsewhere'))).to.deep.equal([])
  })

  it('are asked for once more after a reload when there was no room for a copy, and go on', async () => {
    const context = await stage.browser.newContext()
    await context.addInitScript(leaveNoRoomForBlobs)
    const dora = await ChatUser.in(context, stage.url)
    await dora.register('dora')
    await dora.begin('bob')
    await bob.accept('dora')
    const throttle = await slowed(dora)
    const film = documentOf('film.pdf', 8_000_000)
    await dora.sendFiles([film])
    const sending = dora.message('film.pdf')
    await sending.getByText(/^[1-7].* of 8\.0 MB · .* left/).waitFor()
    const bar = sending.getByRole('progressbar', { name: 'Upload of film.pdf' })
    await dora.page.reload()
    await sending.getByText('Choose the file again to go on where it stopped').waitFor()
    const stoppedAt = Number(await bar.getAttribute('value'))
    expect(stoppedAt).to.be.within(1, 7_999_999)
    const pickAgain = async (file: SampleFile) => {
      const chooser = dora.page.waitForEvent('filechooser')
      await dora.button('Choose film.pdf again').click()
      await (await chooser).setFiles(file)
    }
    await pickAgain(documentOf('film.pdf', 8_000_000))
    await sending.getByText('The file has changed since; choose the one that was sent').waitFor()
    await pickAgain(film)
    await sending.getByText(/ of 8\.0 MB · .* left/).waitFor()
    expect(Number(await bar.getAttribute('value'))).to.be.at.least(stoppedAt)
    await throttle.end()
    await bob.message('film.pdf').waitFor()
    await dora.close()
  })
})

// Both run in the page.
function leaveNoRoomForBlobs(): void {
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (value, key) {
    if (value instanceof Blob) throw new DOMException('full', 'QuotaExceededError')
    return put.call(this, value, key)
  }
}

function giveFile(target: Element, { type, name }: { type: 'drop' | 'paste'; name: string }): void {
  const data = new DataTransfer()
  data.items.add(new File(['some text'], name, { type: 'text/plain' }))
  const how = { bubbles: true, cancelable: true }
  target.dispatchEvent(
    type === 'drop'
      ? new DragEvent('drop', { ...how, dataTransfer: data })
      : new ClipboardEvent('paste', { ...how, clipboardData: data }),
  )
}

import { AxeBuilder } from '@axe-core/playwright'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { ChatStage } from './chat-stage.ts'
import { ChatUser } from './chat-user.ts'
import { drawSamples, sampleSound } from './sample-media.ts'

/** What axe finds that keeps somebody out, as one line each. */
async function seriousIn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`))
}

for (const colorScheme of ['light', 'dark'] as const) {
  describe(`the page, as axe sees it in ${colorScheme}`, function () {
    this.timeout(120_000)
    let stage: ChatStage
    let alice: ChatUser
    let bob: ChatUser

    before(async function () {
      // The tour takes alice and bob.
      stage = await ChatStage.open(this)
      // axe is a script that no page of ours would load; and on the way from one colour to another contrasts are less.
      const options = { colorScheme, bypassCSP: true, reducedMotion: 'reduce' } as const
      alice = await ChatUser.open(stage.browser, stage.url, options)
      bob = await ChatUser.registered(stage.browser, stage.url, 'ben', options)
    })
    after(async () => {
      await alice?.close()
      await bob?.close()
      await stage?.close()
    })

    const findsNothing = async ({ page }: ChatUser) => expect(await seriousIn(page)).to.deep.equal([])

    it('finds nothing in the tour', async () => {
      const tour = await ChatUser.open(stage.browser, `${stage.url}/#tour`, { colorScheme, bypassCSP: true })
      await tour.page.getByRole('heading', { level: 1 }).waitFor()
      await findsNothing(tour)
      await tour.close()
    })

    it('finds nothing in the login, and where it fails', async () => {
      await alice.button('Log in').waitFor()
      await findsNothing(alice)
      await alice.login('anna')
      await alice.page.getByRole('alert').waitFor()
      await findsNothing(alice)
    })

    it('finds nothing in an empty chat, in its dialogs, and where somebody asks', async () => {
      await alice.register('anna')
      await findsNothing(alice)
      await alice.button('New conversation').click()
      await alice.dialog.waitFor()
      await findsNothing(alice)
      await alice.page.keyboard.press('Escape')
      await alice.begin('ben')
      await bob.button('Accept anna').waitFor()
      await findsNothing(bob)
      await bob.accept('anna')
      await bob.button('Details of anna').click()
      await bob.dialog.waitFor()
      await findsNothing(bob)
      await bob.page.keyboard.press('Escape')
    })

    it('finds nothing in a conversation with everything in it', async () => {
      const { photo, video } = await drawSamples(bob.page)
      await alice.say('See https://example.org')
      const answered = bob.message('See')
      await answered.hover()
      await answered.getByRole('button', { name: 'Reply to anna' }).click()
      await findsNothing(bob)
      await bob.say('I do')
      await alice.attach([photo])
      await findsNothing(alice)
      await alice.inDialog('Send').click()
      const plan = { name: 'plan.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(1000) }
      await alice.sendFiles([video, sampleSound(), plan])
      for (const name of ['the-day.webm', 'whistle.wav', 'plan.pdf']) await bob.message(name).waitFor()
      await findsNothing(bob)
      await findsNothing(alice)
      await bob.button(/^Open image/).click()
      await bob.dialog.waitFor()
      await findsNothing(bob)
      await bob.page.keyboard.press('Escape')
    })

    it('finds nothing on a phone, and where the connection is lost', async () => {
      await alice.page.setViewportSize({ width: 360, height: 740 })
      await findsNothing(alice)
      await alice.button('Back to the conversations').click()
      await findsNothing(alice)
      await stage.kill()
      await alice.page.getByText('No connection.').waitFor()
      await findsNothing(alice)
    })
  })
}

import { expect } from 'chai'
import { ChatStage } from './chat-stage.ts'
import { ChatUser, PASSWORD, twoContacts } from './chat-user.ts'

describe('the chat of the page', function () {
  this.timeout(120_000)
  let stage: ChatStage
  let alice: ChatUser
  let bob: ChatUser

  before(async function () {
    stage = await ChatStage.open(this)
    ;[alice, bob] = await twoContacts(stage.browser, stage.url, ['alice', 'bob'])
  })
  after(async () => {
    await alice?.close()
    await bob?.close()
    await stage?.close()
  })

  it('shows how far a message has come, until it is seen', async () => {
    await bob.page.evaluate(() => {
      location.hash = '#chat'
    })
    await alice.say('Are you there?')
    const message = alice.message('Are you there?')
    await message.getByLabel('Received', { exact: true }).waitFor()
    await bob.row('alice').getByText('1 unread').waitFor()
    await bob.page.waitForFunction(() => document.title === '(1) Sluice: chat')
    await bob.row('alice').click()
    await message.getByLabel('Seen', { exact: true }).waitFor()
    await bob.page.waitForFunction(() => document.title === 'Sluice: chat')
  })

  it('shows that somebody types, and no longer once it is sent', async () => {
    await bob.field.pressSequentially('Ye')
    const status = alice.page.getByText('bob is typing …')
    await status.waitFor()
    await bob.say('Yes')
    await alice.message('Yes').waitFor()
    await status.waitFor({ state: 'detached' })
  })

  it('answers a message, and leads to it', async () => {
    for (let number = 1; number <= 15; number++) await bob.say(`Line ${number}`)
    await alice.message('Line 15').waitFor()
    const answered = alice.message('Are you there?')
    await answered.scrollIntoViewIfNeeded()
    await answered.hover()
    await answered.getByRole('button', { name: 'Reply to You' }).click()
    await alice.say('I mean this one')
    await bob.message('I mean this one').getByRole('button', { name: 'answered message of alice' }).click()
    await bob.page.waitForFunction(() => document.activeElement?.textContent?.includes('Are you there?'))
    await bob.button('Go to the newest message').click()
  })

  it('shows what was written as it was written, with web addresses as links', async () => {
    await alice.say('<img src=x onerror=alert(1)> javascript:alert(1) https://example.org/a?b=c.')
    const message = bob.message('onerror')
    expect(await message.locator('.text-body').textContent()).to.equal(
      '<img src=x onerror=alert(1)> javascript:alert(1) https://example.org/a?b=c.',
    )
    const links = await message.locator('a').all()
    expect(await Promise.all(links.map((link) => link.getAttribute('href')))).to.deep.equal([
      'https://example.org/a?b=c',
    ])
    expect(await links[0]?.getAttribute('rel')).to.equal('noopener noreferrer nofollow')
  })

  it('tells screen readers what comes in', async () => {
    await bob.say('Can you hear me?')
    await alice.page.locator('[aria-live=polite]', { hasText: 'bob: Can you hear me?' }).waitFor()
  })

  it('shows after a reload what was said, and earlier messages to whoever scrolls up, who keeps their place', async () => {
    for (let number = 1; number <= 45; number++) await bob.say(`Note ${number}.`)
    await alice.message('Note 45.').waitFor()
    await alice.page.reload()
    await alice.message('Note 45.').waitFor()
    expect(await alice.message('Note 9.').count()).to.equal(0)
    const moved = await alice.page.evaluate(async () => {
      const log = document.querySelector('.log') as HTMLElement
      const first = document.querySelector('.message') as HTMLElement
      const added = new Promise((resolve) =>
        new MutationObserver(resolve).observe(first.parentElement as Element, { childList: true }),
      )
      log.scrollTop = 100
      const before = first.getBoundingClientRect().top
      await added
      await new Promise(requestAnimationFrame)
      return Math.abs(first.getBoundingClientRect().top - before)
    })
    expect(moved).to.be.below(1)
    const firstOfAll = alice.message('Are you there?').first()
    await alice.page.waitForFunction(() => {
      const log = document.querySelector('.log') as HTMLElement
      log.scrollTop = 0
      return log.textContent?.includes('Are you there?')
    })
    await firstOfAll.scrollIntoViewIfNeeded()
    await alice.message('I mean this one').getByText('Are you there?').waitFor()
    await firstOfAll.getByLabel('Seen', { exact: true }).waitFor()
  })

  it('says why somebody does not get in', async () => {
    const guest = await ChatUser.open(stage.browser, stage.url)
    await guest.login('alice', 'wrong')
    await guest.page.getByRole('alert').getByText('The name or the password is wrong.').waitFor()
    await guest.button('Create an account').click()
    await guest.page.getByLabel('Name').fill('alice')
    await guest.page.getByLabel('Password').fill(PASSWORD)
    await guest.button('Create the account').click()
    await guest.page.getByRole('alert').getByText('This name is taken. Choose another one.').waitFor()
    await guest.close()
  })

  it('keeps a login for its tab alone, unless it is asked to stay', async () => {
    const first = await ChatUser.open(stage.browser, stage.url)
    const context = first.page.context()
    await first.login('alice')
    await first.row('bob').waitFor()
    await first.page.reload()
    await first.row('bob').waitFor()
    const second = await ChatUser.in(context, stage.url)
    await second.page.getByLabel('Stay logged in').check()
    await second.login('alice')
    await second.row('bob').waitFor()
    const third = await ChatUser.in(context, stage.url)
    await third.row('bob').waitFor()
    await third.button('Log out').click()
    for (const { page } of [first, second, third])
      await page.getByRole('heading', { name: 'Log in' }).waitFor()
    expect(await third.page.evaluate(() => Object.keys(localStorage))).to.deep.equal([])
    expect(await first.page.evaluate(() => Object.keys(sessionStorage))).to.deep.equal([])
    await context.close()
  })

  it('takes somebody off the contacts, and keeps what was said', async () => {
    await alice.button('Details of bob').click()
    await alice.inDialog('Remove contact').click()
    await alice.inDialog('Remove for good').click()
    await alice.dialog.waitFor({ state: 'detached' })
    await alice.message('Can you hear me?').waitFor()
    await alice.page.locator('.conversation-header').getByText('bob@localhost').waitFor()
    await alice.button('Details of bob').click()
    await alice.inDialog('Add to contacts').click()
    await alice.inDialog('Close').click()
    await bob.accept('alice')
    await alice.page.locator('.conversation-header').getByText('online', { exact: true }).waitFor()
  })

  it('goes on by itself after the gateway was gone, with what was written in the meantime', async () => {
    await stage.kill()
    const banner = alice.page.getByText('No connection.')
    await banner.waitFor()
    await alice.say('Written in the dark')
    await alice.message('Written in the dark').getByLabel('Waiting to be sent').waitFor()
    await stage.startAgain()
    await bob.message('Written in the dark').waitFor()
    await banner.waitFor({ state: 'detached' })
  })
})
